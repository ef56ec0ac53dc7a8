import { availableCreditsRpc } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { chargeBack, getBalance, grant, hold, release } from '@shotloom/ledger';
import { LowBalanceAlerts } from '../src/credits/low-balance';
import { call, problem, startGateway, type GatewayFixture, type TestUser } from './gateway-fixture';

jest.setTimeout(60_000);

let gateway: GatewayFixture;
let user: TestUser;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(async () => {
  gateway.backstage.reset();
  user = await gateway.addUser();
});
afterAll(() => gateway.close());

const get = (path: string, by = user) => call(gateway, path, by);
const give = (amount: number, expiresAt?: Date, reason = 'Test') =>
  grant(gateway.database.sql, {
    accountId: user.accountId,
    amount,
    reference: newId(),
    reason,
    ...(expiresAt ? { expiresAt } : {}),
  });
async function take(amount: number, budgets?: { key: string; period: string; limit: number }[]) {
  const jobId = newId();
  const request = { holdId: jobId, accountId: user.accountId, amount, reference: jobId, priceVersion: 'v' };
  await hold(gateway.database.sql, { ...request, budgets });
  return jobId;
}

it('shows what there is, where it is from in the order of spending, and what is owed', async () => {
  const soon = new Date(Date.now() + 3_600_000);
  await give(100, undefined, 'Pack');
  await give(50, soon, 'Month');
  await take(30);
  expect((await get('/api/v1/credits')).body).toEqual({
    available: 120,
    held: 30,
    owed: 0,
    lots: [
      { credits: 20, reason: 'Month', expires_at: soon.toISOString() },
      { credits: 100, reason: 'Pack', expires_at: null },
    ],
    budgets: [],
  });
  await chargeBack(gateway.database.sql, {
    accountId: user.accountId,
    amount: 150,
    reference: newId(),
    reason: 'Dispute',
  });
  expect((await get('/api/v1/credits')).body).toMatchObject({ available: 0, owed: 30, lots: [] });
});

it('shows the monthly limits of the member and the key with what is used', async () => {
  await give(100);
  const { sql } = gateway.database;
  const period = new Date().toISOString().slice(0, 7);
  await sql
    .updateTable('identity.memberships')
    .set({ monthly_credit_limit: 40 })
    .where('user_id', '=', user.userId)
    .execute();
  await take(15, [{ key: `member:${user.accountId}:${user.userId}`, period, limit: 40 }]);
  expect((await get('/api/v1/credits')).body['budgets']).toEqual([
    { kind: 'member', period, limit: 40, used: 15 },
  ]);
});

it('tells every movement once, newest first, page by page, and to nobody else', async () => {
  await give(100, undefined, 'A pack of 100 credits');
  const jobs: string[] = [];
  for (let index = 0; index < 4; index += 1) jobs.push(await take(5));
  await release(gateway.database.sql, { holdId: jobs[0] ?? '' });
  const seen: Record<string, unknown>[] = [];
  let query = '?limit=2';
  while (query !== '') {
    const { status, body } = await get(`/api/v1/credits/transactions${query}`);
    expect(status).toBe(200);
    seen.push(...(body['data'] as Record<string, unknown>[]));
    const next = body['next_cursor'] as string | null;
    query = next === null ? '' : `?limit=2&cursor=${next}`;
  }
  expect(seen.map(({ kind }) => kind)).toEqual(['release', 'hold', 'hold', 'hold', 'hold', 'grant']);
  expect(new Set(seen.map(({ id }) => id)).size).toBe(6);
  expect(seen[0]).toMatchObject({ job_id: jobs[0], available_change: 5, held_change: -5 });
  expect(seen[1]).toMatchObject({ job_id: jobs[3], reason: `Set aside for job ${jobs[3]}.` });
  expect(seen[5]).toMatchObject({ job_id: null, amount: 100, reason: 'A pack of 100 credits' });
  const other = await gateway.addUser();
  expect((await get('/api/v1/credits/transactions', other)).body).toEqual({ data: [], next_cursor: null });
  expect((await get('/api/v1/credits/transactions?cursor=nonsense')).body).toMatchObject(
    problem(422, 'invalid_input', ['cursor']),
  );
});

describe('a quote', () => {
  const quote = (json: object, by = user) => call(gateway, '/api/v1/quote', by, { json });
  const body = { prompt: 'a quiet sea', model: 'animatic:animatic-1', duration: 5 };

  it('is what is held when it is ordered, and writes nothing', async () => {
    await give(100);
    const quoted = await quote({ operation: 'text-to-video', ...body, variants: 3 });
    expect(quoted.status).toBe(200);
    expect(gateway.backstage.accepted).toEqual([]);
    expect(await getBalance(gateway.database.sql, user.accountId)).toMatchObject({ available: 100, held: 0 });
    await call(gateway, '/api/v1/generate/text-to-video', user, { json: { ...body, variants: 3 } });
    const [ordered] = gateway.backstage.accepted;
    expect(quoted.body).toMatchObject({
      hold_credits: (ordered?.price.credits ?? 0) * 3,
      per_variant_credits: ordered?.price.credits,
      variants: 3,
      duration: ordered?.request.durationSeconds,
      size: ordered?.request.size,
      available_credits: 100,
      affordable: true,
    });
  });

  it('is refused where the order would be, with the same words', async () => {
    for (const wrong of [
      { ...body, duration: 500 },
      { ...body, size: '9999P' },
      { ...body, fallback: ['no:model'] },
      { model: body.model },
    ]) {
      const quoted = await quote({ operation: 'text-to-video', ...wrong });
      const ordered = await call(gateway, '/api/v1/generate/text-to-video', user, { json: wrong });
      expect([quoted.status, quoted.body]).toEqual([ordered.status, ordered.body]);
      expect(quoted.status).toBeGreaterThanOrEqual(400);
    }
    expect((await quote({ ...body })).status).toBe(422);
  });

  it("is not given for another user's picture", async () => {
    const asset = gateway.backstage.addAsset(user);
    const wish = { operation: 'image-to-video', ...body, asset_id: asset.assetId };
    expect((await quote(wish)).status).toBe(200);
    expect((await quote(wish, await gateway.addUser())).status).toBe(404);
  });

  it('says what cannot be paid: by the balance, and by the month of the member', async () => {
    expect((await quote({ operation: 'text-to-video', ...body })).body).toMatchObject({
      affordable: false,
      available_credits: 0,
    });
    await give(100);
    expect((await quote({ operation: 'text-to-video', ...body })).body).toMatchObject({ affordable: true });
    const poor = await gateway.addUser();
    user = poor;
    await give(100);
    await gateway.database.sql
      .updateTable('identity.memberships')
      .set({ monthly_credit_limit: 1 })
      .where('user_id', '=', poor.userId)
      .execute();
    expect((await quote({ operation: 'text-to-video', ...body })).body).toMatchObject({
      affordable: false,
      available_credits: 100,
    });
  });
});

it('mails once each time that the balance falls below, whichever of two replicas looks', async () => {
  const { sql } = gateway.database;
  await sql
    .updateTable('identity.users')
    .set({ email_verified_at: new Date() })
    .where('id', '=', user.userId)
    .execute();
  await sql
    .updateTable('identity.accounts')
    .set({ low_balance_credits: 50 })
    .where('id', '=', user.accountId)
    .execute();
  const alerts = gateway.app.get(LowBalanceAlerts, { strict: false });
  const look = () => Promise.all([alerts.look(), alerts.look(), alerts.look()]);
  const mails = async () => {
    const { email } = await sql
      .selectFrom('identity.users')
      .select('email')
      .where('id', '=', user.userId)
      .executeTakeFirstOrThrow();
    return (
      await sql.selectFrom('identity.mails').select('subject').where('to_address', '=', email).execute()
    ).length;
  };
  await look();
  expect(await mails()).toBe(0);
  await give(60);
  await look();
  expect(await mails()).toBe(0);
  const jobId = await take(20);
  await look();
  await look();
  expect(await mails()).toBe(1);
  await release(sql, { holdId: jobId });
  await look();
  await take(20);
  await look();
  expect(await mails()).toBe(2);
});

it('answers notifier what many can spend, each by the account that pays for them now', async () => {
  const { userId, accountId } = user;
  await give(100);
  await take(30);
  const other = await gateway.addUser();
  const { id: keyId } = await gateway.database.sql
    .selectFrom('identity.api_keys')
    .select('id')
    .where('owner_user_id', '=', userId)
    .executeTakeFirstOrThrow();
  const holders = [
    { userId, keyId: null },
    { userId, keyId },
    { userId: other.userId, keyId: null },
    { userId: newId(), keyId: null },
    { userId, keyId: newId() },
  ];
  const ask = async () => (await gateway.backstage.bus.request(availableCreditsRpc, { holders })).balances;
  const [mine, others] = [
    { accountId, available: 70 },
    { accountId: other.accountId, available: 0 },
  ];
  expect(await ask()).toEqual([mine, mine, others, null, null]);
  // Who leaves for another account is told of that one, and no more of the one before; keys stay with theirs.
  await gateway.database.sql
    .insertInto('identity.memberships')
    .values({ account_id: other.accountId, user_id: userId, role: 'member' })
    .execute();
  await gateway.database.sql
    .updateTable('identity.users')
    .set({ account_id: other.accountId })
    .where('id', '=', userId)
    .execute();
  expect(await ask()).toEqual([others, mine, others, null, null]);
});
