import { randomBytes } from 'node:crypto';
import { capture, grant, hold } from '@shotloom/ledger';
import { credits, newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { ADMIN_ROUTES } from './admin-routes';
import { EngineRoom } from './engine-room';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

jest.setTimeout(60_000);

let gateway: GatewayFixture;
let engine: EngineRoom;
let admin: TestUser;
let operator: TestUser;
let user: TestUser;

beforeAll(async () => {
  gateway = await startGateway({
    PROVIDERS_ENABLED: 'animatic,kling',
    CREDENTIALS_KEY: randomBytes(32).toString('base64'),
  });
  engine = new EngineRoom(gateway.backstage);
  admin = await gateway.addUser(['read', 'generate', 'admin'], 'admin');
  operator = await gateway.addUser(['read', 'generate', 'admin'], 'operator');
});
afterAll(() => gateway.close());
beforeEach(async () => {
  user = await gateway.addUser();
});

const reason = 'because a test says so';
const ask = (path: string, who: TestUser, init: Parameters<typeof call>[3] = {}): Promise<Answer> =>
  call(gateway, `/api/v1/admin${path}`, who, init);
const post = (path: string, json: object = { reason }, who = admin, headers = {}): Promise<Answer> =>
  ask(path, who, { method: 'POST', json, headers });
const put = (path: string, json: object, who = admin): Promise<Answer> =>
  ask(path, who, { method: 'PUT', json });
const audit = async (query: string): Promise<Record<string, unknown>[]> =>
  (await ask(`/audit-log?${query}`, operator)).body['data'] as Record<string, unknown>[];
const actions = async (targetId: string): Promise<unknown[]> =>
  (await audit(`target_id=${encodeURIComponent(targetId)}`)).map(({ action }) => action).reverse();

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
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
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

describe('models and prices', () => {
  const spec = async (id: string): Promise<Record<string, unknown>> => {
    const { body } = await call(gateway, '/api/v1/models/animatic:animatic-1', user);
    const { price: _, enabled: __, reason: ___, ...model } = body;
    return { ...model, id };
  };
  const generate = (model: string): Promise<Answer> =>
    call(gateway, '/api/v1/generate/text-to-video', user, { json: { prompt: 'a boat', model, duration: 5 } });

  it('are added without a release, and are refused until they have a price', async () => {
    const id = `animatic:m-${newId().slice(-6)}`;
    expect((await generate(id)).status).toBe(422);
    const saved = await put(`/models/${id}`, { model: await spec(id), reason });
    expect(saved.body).toMatchObject({ built_in: false, model: { id, enabled: false, price: null } });
    expect((await generate(id)).body).toMatchObject(problem(422, 'unsupported_by_model', ['model']));
    const price = { version: 'p1', base: 1, per_second: 3 };
    expect((await post(`/models/${id}/prices`, { price, reason })).body).toMatchObject({ model: { price } });
    expect((await generate(id)).body).toMatchObject({ price: { credits: 16, version: 'p1' } });
    expect((await post(`/models/${id}/prices`, { price, reason })).body).toMatchObject(
      problem(409, 'conflict'),
    );
    const later = new Date(Date.now() + 3_600_000).toISOString();
    await post(`/models/${id}/prices`, {
      price: { ...price, version: 'p2', base: 9 },
      valid_from: later,
      reason,
    });
    expect((await generate(id)).body).toMatchObject({ price: { version: 'p1' } });
    expect((await post(`/models/${id}/prices`, { price: null, reason })).body).toMatchObject({
      model: { price: null },
    });
    expect((await generate(id)).status).toBe(422);
    const history = (await ask(`/models/${id}`, operator)).body['history'];
    expect(history).toHaveLength(4);
    expect(await actions(id)).toEqual(['model.saved', 'price.set', 'price.set', 'price.set']);
  });

  it('are retired with one to use instead', async () => {
    const id = `animatic:m-${newId().slice(-6)}`;
    await put(`/models/${id}`, { model: await spec(id), reason });
    const body = { retires_on: '2026-01-01', successor: 'animatic:animatic-1', reason };
    expect((await post(`/models/${id}/retire`, body)).body).toMatchObject({ model: { enabled: false } });
    expect((await generate(id)).body['detail']).toContain('Use animatic:animatic-1 instead');
  });

  it.each<[string, object, string]>([
    ['another id', { id: 'animatic:other' }, 'model.id'],
    ['no size of its own', { default_size: '8K' }, 'model'],
    ['a length that it does not make', { duration: { min: 1, max: 5, step: 2, default: 4 } }, 'model'],
    ['no operation', { operations: [] }, 'model.operations'],
  ])('are not saved with %s', async (_, change, field) => {
    const id = 'animatic:animatic-9';
    const answer = await put(`/models/${id}`, { model: { ...(await spec(id)), ...change }, reason });
    expect(answer.body).toMatchObject(problem(422, 'invalid_input', [field]));
  });

  it('reach the other services', async () => {
    const { catalogueRpc } = await import('@shotloom/contracts');
    const id = `animatic:m-${newId().slice(-6)}`;
    await put(`/models/${id}`, { model: await spec(id), reason });
    const { models } = await gateway.backstage.bus.request(catalogueRpc, {});
    expect(models.map((model) => model.id)).toContain(id);
  });
});

describe('providers', () => {
  const KEYS = '/providers/kling/credentials';
  const SECRET = 'sk-visible-nowhere-0123456789x4KR';

  it('have several named keys with caps, which are rotated and masked', async () => {
    const name = newId();
    const made = await post(
      KEYS,
      { name, fields: { apiKey: SECRET }, concurrency: 4, caps: { day_usd: 12.5 }, reason },
      operator,
    );
    expect(made.body).toMatchObject({
      ...{ name, version: 1, fields: { apiKey: 'sk-****x4KR' }, enabled: true, concurrency: 4, paused: null },
      caps: { day_usd: 12.5, month_usd: null, alert_percents: [80, 100] },
    });
    const id = String(made.body['id']);
    engine.spent.set(id, 3_300_000);
    const change = (json: object) => put(`${KEYS}/${id}`, { ...json, reason }, operator);
    expect((await change({ fields: { apiKey: 'sk-****x4KR' } })).body).toMatchObject({
      version: 1,
      spent: { day_usd: 3.3 },
    });
    expect(engine.changes.at(-1)).toMatchObject({ credentialId: id, ownerUserId: null, renewed: false });
    expect((await change({ fields: { apiKey: 'sk-visible-nowhere-another-9999' } })).body).toMatchObject({
      version: 2,
    });
    expect(engine.changes.at(-1)).toMatchObject({ credentialId: id, renewed: true });
    expect((await change({ enabled: false, caps: { day_usd: null, month_usd: 100 } })).body).toMatchObject({
      enabled: false,
      caps: { day_usd: null, month_usd: 100 },
    });
    expect((await post(KEYS, { name, fields: { apiKey: SECRET }, reason }, operator)).body).toMatchObject(
      problem(409, 'conflict'),
    );
    await post(`${KEYS}/${id}/reset`, { reason }, operator);
    expect(engine.changes.at(-1)).toMatchObject({ credentialId: id, renewed: true });
    expect((await post(`${KEYS}/${id}/test-connection`, {}, operator)).body).toMatchObject({ ok: true });
    expect(engine.tested.at(-1)).toEqual({ id, version: 2 });
    expect((await ask(`${KEYS}/${id}/balance`, operator)).body).toMatchObject({
      lines: [{ remaining: '12.5' }],
    });
    const spend = await ask('/spend?by=credential', operator);
    expect(spend.body).toMatchObject({ total_usd: 3.3, data: [{ key: id, name, usd: 3.3, attempts: 2 }] });
    expect((await ask(`${KEYS}/${id}`, operator, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(KEYS, operator)).text).not.toContain(id);
    expect(await actions(id)).toEqual([
      'credential.created',
      'credential.changed',
      'credential.rotated',
      'credential.changed',
      'credential.reset',
      'credential.removed',
    ]);
    expect(JSON.stringify([made.text, spend.text, await audit('limit=100')])).not.toContain(
      'visible-nowhere',
    );
  });

  it("do not show a user's own key as one of the operator's", async () => {
    await call(gateway, '/api/v1/providers/kling/config', user, {
      method: 'PUT',
      json: { fields: { apiKey: SECRET } },
    });
    const row = await gateway.database.sql
      .selectFrom('identity.provider_credentials')
      .select('id')
      .where('owner_user_id', '=', user.userId)
      .executeTakeFirstOrThrow();
    expect((await ask(KEYS, operator)).text).not.toContain(row.id);
    expect((await put(`${KEYS}/${row.id}`, { enabled: false, reason }, operator)).status).toBe(404);
    expect((await ask(`${KEYS}/${row.id}/balance`, operator)).status).toBe(404);
  });

  it('are paused and limited, with the intent and the outcome in the log', async () => {
    expect((await post('/providers/kling/pause', { reason: 'being repaired' }, operator)).body).toMatchObject(
      { state: 'paused', reason: 'being repaired' },
    );
    expect((await post('/providers/kling/resume', { reason }, operator)).body).toMatchObject({ state: 'on' });
    expect((await put('/providers/kling/limits', { concurrency: 5, reason }, operator)).body).toMatchObject({
      concurrency: 5,
    });
    expect((await post('/providers/runway/pause', { reason }, operator)).status).toBe(404);
    const written = await actions('kling');
    expect(written.slice(-6)).toEqual([
      'provider.paused_asked',
      'provider.paused',
      'provider.resumed_asked',
      'provider.resumed',
      'provider.limited_asked',
      'provider.limited',
    ]);
  });

  it('that are switched off are offered to nobody', async () => {
    const generate = () =>
      call(gateway, '/api/v1/generate/text-to-video', user, {
        json: { prompt: 'a boat', model: 'animatic:animatic-1' },
      });
    await post('/providers/animatic/disable', { reason }, operator);
    expect((await generate()).body).toMatchObject(problem(422, 'unsupported_by_model', ['model']));
    expect((await call(gateway, '/api/v1/models/animatic:animatic-1', user)).body).toMatchObject({
      enabled: false,
    });
    await post('/providers/animatic/enable', { reason }, operator);
    expect((await generate()).status).toBe(202);
  });
});

describe('operations', () => {
  it('that fail in another service are in the log as failed', async () => {
    const id = newId();
    const body = { resolution: { kind: 'give_up' }, reason };
    expect((await post(`/uncertain/${id}/resolve`, body, operator)).body).toEqual({ job_id: 'job-1' });
    engine.refusesToResolve = true;
    expect((await post(`/uncertain/${id}/resolve`, body, operator)).body).toMatchObject(
      problem(409, 'conflict'),
    );
    expect(await actions(id)).toEqual([
      'uncertain.resolved_asked',
      'uncertain.resolved',
      'uncertain.resolved_asked',
      'uncertain.resolved_failed',
    ]);
  });

  it('stop new work and let the rest go on', async () => {
    const generate = () =>
      call(gateway, '/api/v1/generate/text-to-video', user, { json: { prompt: 'a boat' } });
    const maintenance = { message: 'Back at six.', retry_after_seconds: 90 };
    expect((await put('/maintenance', { maintenance }, operator)).body).toMatchObject({ maintenance });
    const refused = await generate();
    expect(refused.body).toMatchObject({ ...problem(503, 'unavailable'), detail: 'Back at six.' });
    expect(refused.headers.get('retry-after')).toBe('90');
    expect((await call(gateway, '/api/v1/jobs', user)).status).toBe(200);
    await put('/maintenance', { maintenance: null }, operator);
    expect((await generate()).status).toBe(202);
  });

  it('are found by actor, action and time, a page at a time', async () => {
    await post(`/users/${user.userId}/disable`, { reason }, operator);
    await post(`/users/${user.userId}/enable`, { reason }, operator);
    const mine = await audit(`actor_user_id=${operator.userId}&action=user&limit=2`);
    expect(mine).toMatchObject([
      {
        action: 'user.enabled',
        target_id: user.userId,
        details: { reason },
        address: expect.any(String) as string,
      },
      { action: 'user.disabled' },
    ]);
    const first = (await ask(`/audit-log?target_id=${user.userId}&limit=1`, operator)).body;
    const second = (
      await ask(
        `/audit-log?target_id=${user.userId}&limit=1&cursor=${String(first['next_cursor'])}`,
        operator,
      )
    ).body;
    expect(second).toMatchObject({ data: [{ action: 'user.disabled' }], next_cursor: null });
    expect(await audit('before=2020-01-01T00:00:00.000Z')).toEqual([]);
  });
});
