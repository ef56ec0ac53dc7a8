import { catalogueRpc } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { CredentialWatch } from '../src/provider-credentials/credential-watch';
import { AdminFixture, reason } from './admin-fixture';
import type { EngineRoom } from './engine-room';
import { call, problem, type Answer, type GatewayFixture, type TestUser } from './gateway-fixture';

jest.setTimeout(60_000);

let gateway: GatewayFixture;
let engine: EngineRoom;
let admin: TestUser;
let operator: TestUser;
let user: TestUser;

let fixture: AdminFixture;
let ask: AdminFixture['ask'];
let post: AdminFixture['post'];
let put: AdminFixture['put'];
let audit: AdminFixture['audit'];
let actions: AdminFixture['actions'];

beforeAll(async () => {
  fixture = await AdminFixture.start();
  ({ gateway, engine, admin, operator, ask, post, put, audit, actions } = fixture);
});
afterAll(() => fixture.close());
beforeEach(async () => {
  user = await gateway.addUser();
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
    const limits = { concurrency: 5, creates_per_minute: 20 };
    expect((await put('/providers/kling/limits', { ...limits, reason }, operator)).body).toMatchObject(
      limits,
    );
    const none = await put('/providers/kling/limits', { creates_per_minute: 0, reason }, operator);
    expect(none).toMatchObject({ status: 422, body: { errors: [{ field: 'creates_per_minute' }] } });
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

describe('alerts', () => {
  it('go by mail to whoever runs the platform, once for each threshold', async () => {
    const made = await post('/providers/kling/credentials', {
      ...{ name: newId(), fields: { apiKey: 'sk-0123456789abcdefx4KR' }, reason },
      caps: { day_usd: 10, low_balance: 20 },
    });
    const id = String(made.body['id']);
    engine.spent.set(id, 8_500_000);
    const watch = gateway.app.get(CredentialWatch);
    await Promise.all([watch.watchSpend(), watch.watchSpend(), watch.watchBalances()]);
    await watch.watchBalances();
    const mails = await gateway.database.sql
      .selectFrom('identity.mails')
      .selectAll()
      .where('dedupe_key', 'like', `%${id}%`)
      .execute();
    const { email } = (await ask(`/users/${operator.userId}`, operator)).body;
    const mine = mails.filter((mail) => mail.to_address === email);
    expect(mine.map(({ dedupe_key: key }) => key?.split(':')[0]).toSorted()).toEqual(['balance', 'spend']);
    expect(mine.find(({ dedupe_key: key }) => key?.startsWith('spend'))?.body).toContain(
      '8.50 USD of 10.00 USD',
    );
  });
});

describe('secrets that nothing needs any more', () => {
  it('are removed, and those of what is under way stay', async () => {
    const name = newId();
    const made = await post('/providers/kling/credentials', {
      name,
      fields: { apiKey: 'first-secret-0123456789' },
      reason,
    });
    const id = String(made.body['id']);
    for (const key of ['second', 'third']) {
      await put(`/providers/kling/credentials/${id}`, {
        fields: { apiKey: `${key}-secret-0123456789` },
        reason,
      });
    }
    const { sql } = gateway.database;
    const versions = async () => {
      const rows = await sql
        .selectFrom('identity.provider_credential_versions')
        .select('version')
        .where('credential_id', '=', id)
        .orderBy('version')
        .execute();
      return rows.map(({ version }) => version);
    };
    engine.inUse = [{ id, version: 2 }];
    await gateway.app.get(CredentialWatch).watchSpend();
    expect(await versions()).toEqual([1, 2, 3]);
    const longAgo = new Date(Date.now() - 7_200_000);
    await sql
      .updateTable('identity.provider_credentials')
      .set({ updated_at: longAgo })
      .where('id', '=', id)
      .execute();
    await gateway.app.get(CredentialWatch).watchSpend();
    expect(await versions()).toEqual([2, 3]);
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

  it('switch uploads off and on', async () => {
    const change = (uploads: boolean) => ask('/settings', admin, { method: 'PATCH', json: { uploads } });
    expect((await change(false)).body).toMatchObject({ uploads: false });
    const form = new FormData();
    form.set('file', new Blob(['x']), 'a.png');
    expect((await call(gateway, '/api/v1/upload', user, { method: 'POST', body: form })).status).toBe(503);
    await change(true);
    expect((await call(gateway, '/api/v1/upload', user, { method: 'POST', body: form })).status).toBe(422);
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
