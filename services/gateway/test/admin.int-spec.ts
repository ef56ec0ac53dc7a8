import { sql } from 'kysely';
import { creditsChangedV1, subjects } from '@shotloom/contracts';
import { capture, grant, hold } from '@shotloom/ledger';
import { credits, newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { ADMIN_ROUTES } from './admin-routes';
import { AdminFixture, reason } from './admin-fixture';

import { call, problem, type Answer, type GatewayFixture, type TestUser } from './gateway-fixture';

jest.setTimeout(60_000);

let gateway: GatewayFixture;
let admin: TestUser;
let operator: TestUser;
let user: TestUser;

let fixture: AdminFixture;
let ask: AdminFixture['ask'];
let post: AdminFixture['post'];
let put: AdminFixture['put'];
let actions: AdminFixture['actions'];

beforeAll(async () => {
  fixture = await AdminFixture.start();
  ({ gateway, admin, operator, ask, post, put, actions } = fixture);
});
afterAll(() => fixture.close());
beforeEach(async () => {
  user = await gateway.addUser();
});

describe('who may', () => {
  it.each(ADMIN_ROUTES)('%s %s: a %s', async (method, path, role) => {
    // Whoever has the role but not the scope, the scope but not the role, or neither.
    const others = [
      user,
      await gateway.addUser(['read', 'generate', 'admin'], 'user'),
      await gateway.addUser(['read', 'generate'], 'admin'),
      ...(role === 'admin' ? [operator] : []),
    ];
    for (const who of others) {
      const answer = await call(gateway, path, who, { method, ...(method === 'GET' ? {} : { json: {} }) });
      expect(answer.body).toMatchObject(problem(403, 'forbidden'));
    }
    const allowed = await call(gateway, path, role === 'admin' ? admin : operator, {
      method,
      ...(method === 'GET' || method === 'DELETE' ? {} : { json: {} }),
    });
    expect([401, 403]).not.toContain(allowed.status);
    expect(allowed.status).toBeLessThan(504);
  });
});

describe('people', () => {
  it('are listed by pages, newest first, and found by a part of their address', async () => {
    const first = (await ask('/users?limit=2', operator)).body;
    const second = (await ask(`/users?limit=2&cursor=${String(first['next_cursor'])}`, operator)).body;
    const ids = [first, second].flatMap(({ data }) => (data as { id: string }[]).map(({ id }) => id));
    expect(new Set(ids).size).toBe(4);
    expect(ids[0]).toBe(user.userId);
    const { email } = (await ask(`/users/${user.userId}`, operator)).body as { email: string };
    const found = (await ask(`/users?query=${email.slice(0, 20)}`, operator)).body;
    expect(found).toMatchObject({ data: [{ id: user.userId }], next_cursor: null });
    expect((await ask('/users?query=%25', operator)).body).toMatchObject({ data: [] });
    expect((await ask('/users?cursor=x', operator)).body).toMatchObject(
      problem(422, 'invalid_input', ['cursor']),
    );
  });

  it('who are switched off are out within a second, and are let in again', async () => {
    expect((await call(gateway, '/api/v1/me', user)).status).toBe(200);
    const { body: ticket } = await call(gateway, '/api/v1/tickets', user, { method: 'POST' });
    expect(ticket['ticket']).toBeDefined();
    expect((await post(`/users/${user.userId}/disable`, { reason }, operator)).status).toBe(200);
    const began = performance.now();
    await waitFor(async () => (await call(gateway, '/api/v1/me', user)).status === 401, {
      what: 'the key to end',
    });
    expect(performance.now() - began).toBeLessThan(2_000);
    const left = await gateway.database.sql
      .selectFrom('identity.tickets')
      .selectAll()
      .where('owner_user_id', '=', user.userId)
      .execute();
    expect(left).toEqual([]);
    await post(`/users/${user.userId}/enable`, { reason }, operator);
    expect((await call(gateway, '/api/v1/me', user)).status).toBe(200);
    expect(await actions(user.userId)).toEqual(['user.disabled', 'user.enabled']);
  });

  it('keep their role against those who have less, and nobody switches themselves off', async () => {
    expect((await post(`/users/${admin.userId}/disable`, { reason }, operator)).body).toMatchObject(
      problem(403, 'forbidden'),
    );
    expect((await post(`/users/${operator.userId}/disable`, { reason }, operator)).body).toMatchObject(
      problem(403, 'forbidden'),
    );
    expect((await post(`/users/${admin.userId}/disable`)).body).toMatchObject(problem(409, 'conflict'));
  });

  it('never are without an admin, also where two take the role from each other at once', async () => {
    const second = await gateway.addUser(['read', 'admin'], 'admin');
    const others = await gateway.database.sql
      .selectFrom('identity.users')
      .select('id')
      .where('role', '=', 'admin')
      .where('id', 'not in', [admin.userId, second.userId])
      .execute();
    for (const { id } of others)
      expect((await put(`/users/${id}/role`, { role: 'user', reason })).status).toBe(200);
    const answers = await Promise.all([
      put(`/users/${second.userId}/role`, { role: 'user', reason }, admin),
      put(`/users/${admin.userId}/role`, { role: 'user', reason }, second),
    ]);
    // Whoever comes second is told that it is the last, or has the role no longer.
    const [won, lost] = answers.map(({ status }) => status).toSorted();
    expect(won).toBe(200);
    expect([403, 409]).toContain(lost);
    const left = answers[0].status === 200 ? admin : second;
    expect((await put(`/users/${left.userId}/role`, { role: 'operator', reason }, left)).body).toMatchObject({
      ...problem(409, 'conflict'),
      detail: expect.stringContaining('last admin') as string,
    });
    admin = left;
  });
});

describe('credits', () => {
  const change = (json: object, key: string | null, who = admin): Promise<Answer> =>
    post(`/accounts/${user.accountId}/credits`, json, who, key === null ? {} : { 'idempotency-key': key });

  it('says whose balance changed, so that whoever shows it asks', async () => {
    const told: string[] = [];
    const news = gateway.backstage.bus.subscribe(creditsChangedV1, subjects.creditsChanged, (changed) => {
      told.push(...changed.accountIds);
    });
    await change({ amount: 5, reason }, newId());
    await waitFor(() => told.includes(user.accountId), { what: 'the news' });
    news.unsubscribe();
  });

  it('are given and taken once for each key, with a reason', async () => {
    const body = { amount: 100, reason };
    expect((await change(body, null)).body).toMatchObject(problem(422, 'invalid_input', ['Idempotency-Key']));
    const key = newId();
    const answers = await Promise.all([1, 2, 3, 4].map(() => change(body, key)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
    expect((await change({ ...body, amount: 101 }, key)).body).toMatchObject(problem(409, 'conflict'));
    expect((await change({ amount: -100, reason }, key)).body).toMatchObject(problem(409, 'conflict'));
    expect((await change({ amount: -30, reason }, newId())).body).toMatchObject({
      credits: { available: 70, held: 0 },
    });
    expect(await actions(user.accountId)).toEqual(['credits.granted', 'credits.taken']);
    expect((await ask(`/accounts/${user.accountId}`, operator)).body).toMatchObject({
      credits: { available: 70, held: 0 },
      plan_id: 'standard',
      members: [{ user_id: user.userId, role: 'owner' }],
    });
  });

  it('that expire are gone then', async () => {
    await change({ amount: 5, reason, expires_at: new Date(Date.now() - 1_000).toISOString() }, newId());
    expect((await ask(`/accounts/${user.accountId}`, admin)).body).toMatchObject({
      credits: { available: 0 },
    });
  });

  it.each([
    ['nothing', { amount: 0, reason }],
    ['a fraction', { amount: 1.5, reason }],
    ['without a reason', { amount: 5 }],
    ['an end of what is taken', { amount: -5, reason, expires_at: '2030-01-01T00:00:00.000Z' }],
  ])('refuse %s', async (_, json) =>
    expect((await change(json, newId())).body).toMatchObject({ status: 422 }),
  );

  it('of a job are given back once', async () => {
    const { accountId } = user;
    const jobId = newId();
    const { sql } = gateway.database;
    await grant(sql, { accountId, amount: credits(20), reference: newId(), reason });
    await hold(sql, { holdId: jobId, accountId, amount: credits(12), reference: jobId, priceVersion: 'v' });
    expect((await post(`/jobs/${jobId}/refund`)).body).toMatchObject(problem(409, 'conflict'));
    await capture(sql, { holdId: jobId, amount: credits(12) });
    expect((await post(`/jobs/${jobId}/refund`, { credits: 13, reason })).body).toMatchObject(
      problem(422, 'invalid_input', ['credits']),
    );
    const answers = await Promise.all([1, 2, 3].map(() => post(`/jobs/${jobId}/refund`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.at(-1)?.body).toMatchObject({ amount: 12, credits: { available: 20, held: 0 } });
    expect((await post(`/jobs/${jobId}/refund`, { credits: 5, reason })).body).toMatchObject(
      problem(409, 'conflict'),
    );
    expect(await actions(jobId)).toEqual(['job.refunded']);
    expect((await post(`/jobs/${newId()}/refund`)).status).toBe(404);
  });
});

describe('accounts and plans', () => {
  it('are changed, retired and kept', async () => {
    const id = `p-${newId().slice(-8)}`;
    const plan = { id, title: 'Studio', concurrency: 40, weight: 2.5, monthly_credits: 5_000 };
    expect((await post('/plans', plan)).body).toMatchObject({
      ...plan,
      per_provider_concurrency: 3,
      accounts: 0,
    });
    expect((await post('/plans', plan)).body).toMatchObject(problem(409, 'conflict'));
    const give = (planId: string) => put(`/accounts/${user.accountId}/plan`, { plan_id: planId, reason });
    expect((await give(id)).body).toMatchObject({ plan_id: id });
    expect((await give('nothing')).body).toMatchObject(problem(422, 'invalid_input', ['plan_id']));
    const changed = await ask(`/plans/${id}`, admin, { method: 'PATCH', json: { concurrency: 60, reason } });
    expect(changed.body).toMatchObject({ concurrency: 60, weight: 2.5, accounts: 1 });
    const told = await sql<{ told: object }>`select envelope->'payload' as told from identity.outbox
      where envelope->>'type' = 'limits.changed.v1' and envelope->'payload'->>'planId' = ${id} order by seq`.execute(
      gateway.database.sql,
    );
    const news = { planId: id, perProvider: 3, weight: 2.5 };
    expect(told.rows.map((row) => row.told)).toEqual([
      expect.objectContaining({
        ...news,
        concurrency: 40,
        account: expect.objectContaining({ id: user.accountId }) as object,
      }),
      expect.objectContaining({ ...news, concurrency: 60, account: null }),
    ]);
    expect((await post(`/plans/${id}/retire`)).body).toMatchObject({
      retired_at: expect.any(String) as string,
    });
    await give('standard');
    expect((await give(id)).body).toMatchObject(problem(409, 'conflict'));
    expect((await post('/plans/standard/retire')).body).toMatchObject(problem(409, 'conflict'));
    expect(await actions(id)).toEqual(['plan.created', 'plan.changed', 'plan.retired']);
  });

  it('that are switched off let nobody work in them', async () => {
    await post(`/accounts/${user.accountId}/disable`, { reason }, operator);
    await waitFor(async () => (await call(gateway, '/api/v1/me', user)).status === 401, {
      what: 'the key to end',
    });
    await post(`/accounts/${user.accountId}/enable`, { reason }, operator);
    expect((await call(gateway, '/api/v1/me', user)).status).toBe(200);
  });
});
