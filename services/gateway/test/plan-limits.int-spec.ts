import { call, problem, startGateway, type GatewayFixture, type TestUser } from './gateway-fixture';

jest.setTimeout(30_000);

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const BODY = { prompt: 'a quiet sea', model: 'animatic:animatic-1' };

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

const generate = (json: object, by = user) => call(gateway, '/api/v1/generate/text-to-video', by, { json });

async function plan(values: Record<string, unknown>): Promise<void> {
  await gateway.database.sql
    .insertInto('identity.plans')
    .values({ id: `p-${user.userId}`, title: 'Test', concurrency: 4, ...values })
    .execute();
  await gateway.database.sql
    .updateTable('identity.accounts')
    .set({ plan_id: `p-${user.userId}` })
    .where('id', '=', user.accountId)
    .execute();
}

it('gives jobs what the plan says', async () => {
  await plan({ per_provider_concurrency: 2, weight: 3, generations_per_hour: 9 });
  expect((await generate({ ...BODY, priority: 8 })).status).toBe(202);
  expect(gateway.backstage.accepted[0]).toMatchObject({
    limits: { concurrency: 4, perProvider: 2, generationsPerHour: 9 },
    weight: 3,
    budgets: [],
  });
  await generate({ ...BODY, priority: 1 });
  expect(gateway.backstage.accepted[1]).toMatchObject({ weight: 1 });
  expect((await generate({ ...BODY, priority: 9 })).body).toMatchObject(
    problem(422, 'invalid_input', ['priority']),
  );
});

it('counts against the months of the member and of the key, and of nobody else', async () => {
  const other = await gateway.addUser();
  const { sql } = gateway.database;
  await sql
    .updateTable('identity.memberships')
    .set({ monthly_credit_limit: 30 })
    .where('user_id', '=', user.userId)
    .execute();
  const key = await sql
    .updateTable('identity.api_keys')
    .set({ monthly_credit_limit: 20 })
    .where('owner_user_id', '=', user.userId)
    .returning('id')
    .executeTakeFirstOrThrow();
  await generate(BODY);
  await generate(BODY, other);
  const period = new Date().toISOString().slice(0, 7);
  expect(gateway.backstage.accepted.map(({ budgets }) => budgets)).toEqual([
    [
      { key: `member:${user.accountId}:${user.userId}`, period, limit: 30 },
      { key: `key:${key.id}`, period, limit: 20 },
    ],
    [],
  ]);
});

it('has nothing to give where the plan has no limits', async () => {
  await plan({ unlimited: true });
  await generate(BODY);
  expect(gateway.backstage.accepted[0]).toMatchObject({
    limits: { concurrency: null, perProvider: null, generationsPerHour: null },
  });
});

it('takes pictures as large as the plan allows, and no larger', async () => {
  const upload = () => {
    const form = new FormData();
    form.set('file', new Blob([PNG]), 'a.png');
    return call(gateway, '/api/v1/upload', user, { method: 'POST', body: form });
  };
  expect((await upload()).status).toBe(201);
  const small = await gateway.addUser();
  user = small;
  await plan({ upload_image_max_bytes: PNG.length - 1 });
  expect((await upload()).body).toMatchObject({
    ...problem(413, 'payload_too_large'),
    max_bytes: PNG.length - 1,
  });
});

it('does nothing for somebody who left the account', async () => {
  const { sql } = gateway.database;
  const other = await gateway.addUser();
  await gateway.database.run(async (tx) => {
    await tx.sql
      .updateTable('identity.api_keys')
      .set({ account_id: other.accountId })
      .where('owner_user_id', '=', user.userId)
      .execute();
  });
  expect((await generate(BODY)).body).toMatchObject(problem(403, 'forbidden'));
  expect(gateway.backstage.accepted).toEqual([]);
  await sql.deleteFrom('identity.api_keys').where('owner_user_id', '=', user.userId).execute();
});
