import { randomBytes } from 'node:crypto';
import { listCredentialsRpc } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { EngineRoom } from './engine-room';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

jest.setTimeout(30_000);

const SECRET = 'sk-visible-nowhere-0123456789x4KR';
const OTHER_SECRET = 'sk-visible-nowhere-0123456789abcd';
const CONFIG = '/api/v1/providers/kling/config';

let gateway: GatewayFixture;
let engine: EngineRoom;
let user: TestUser;
let other: TestUser;
let admin: TestUser;
/** Everything that was answered to anybody: no secret may be in it. */
const answers: string[] = [];

beforeAll(async () => {
  gateway = await startGateway({
    PROVIDERS_ENABLED: 'animatic,kling',
    CREDENTIALS_KEY: randomBytes(32).toString('base64'),
  });
  engine = new EngineRoom(gateway.backstage);
});
afterAll(async () => {
  const audited = await gateway.database.sql.selectFrom('identity.audit_log').selectAll().execute();
  await gateway.close();
  expect(answers.length).toBeGreaterThan(20);
  expect(answers.join('\n') + JSON.stringify(audited)).not.toContain('visible-nowhere');
});
beforeEach(async () => {
  user = await gateway.addUser();
  other = await gateway.addUser();
  admin = await gateway.addUser(['read', 'generate', 'admin'], 'admin');
});

const ask = async (path: string, who: TestUser, init: Parameters<typeof call>[3] = {}): Promise<Answer> => {
  const answer = await call(gateway, path, who, init);
  answers.push(answer.text);
  return answer;
};
const save = (json: unknown, who = user): Promise<Answer> => ask(CONFIG, who, { method: 'PUT', json });
const show = async (who = user): Promise<Record<string, unknown>> => (await ask(CONFIG, who)).body;
const videos = (json: object = {}, who = user): Promise<Answer> =>
  ask('/api/v1/generate/text-to-video', who, {
    json: { prompt: 'a boat', model: 'kling:kling-2.6', ...json },
  });
const settings = (json: object): Promise<Answer> =>
  ask('/api/v1/admin/settings', admin, { method: 'PATCH', json });

describe("one's own key", () => {
  it('is shown masked, and saving it as it was shown keeps it', async () => {
    expect(await show()).toMatchObject({
      provider: 'kling',
      own_key: null,
      settings: {},
      own_keys_allowed: true,
    });
    const saved = await save({ fields: { apiKey: SECRET } });
    expect(saved.body).toMatchObject({ own_key: { fields: { apiKey: 'sk-****x4KR' }, enabled: true } });
    expect(engine.changes.at(-1)).toMatchObject({
      ownerUserId: user.userId,
      provider: 'kling',
      renewed: true,
    });
    const again = await save({
      fields: { apiKey: 'sk-****x4KR' },
      settings: { size: '1080P', max_concurrent: 2, poll_interval: 40 },
    });
    expect(again.body).toMatchObject({
      own_key: { fields: { apiKey: 'sk-****x4KR' } },
      settings: { size: '1080P' },
    });
    expect(engine.changes.at(-1)).toMatchObject({ renewed: false });
    const [row] = await rows(user);
    expect(row).toMatchObject({ current_version: 1, concurrency: 2 });
    const { credentials } = await gateway.bus.request(listCredentialsRpc, { provider: 'kling' });
    expect(credentials).toMatchObject([{ ownerUserId: user.userId, pollSeconds: 40 }]);
    await save({ fields: { apiKey: OTHER_SECRET } });
    expect((await rows(user))[0]).toMatchObject({ current_version: 2 });
  });

  it('is tried in the version that is there, and tells its balance', async () => {
    expect(
      (await ask('/api/v1/providers/kling/test-connection', user, { method: 'POST' })).body,
    ).toMatchObject(problem(409, 'conflict'));
    await save({ fields: { apiKey: SECRET } });
    const [row] = await rows(user);
    const tested = await ask('/api/v1/providers/kling/test-connection', user, { method: 'POST' });
    expect(tested.body).toEqual({
      ok: true,
      checks: [{ what: 'Asked', ok: true, detail: 'It answered.' }],
      error: null,
    });
    expect(engine.tested.at(-1)).toEqual({ id: row?.id, version: 1 });
    expect((await ask('/api/v1/providers/kling/balance', user)).body).toMatchObject({
      lines: [{ remaining: '12.5', unit: 'kling_unit' }],
    });
  });

  it("is nobody else's", async () => {
    await save({ fields: { apiKey: SECRET } });
    expect(await show(other)).toMatchObject({ own_key: null });
    expect((await ask('/api/v1/providers/kling/balance', other)).status).toBe(409);
    expect((await ask(CONFIG, other, { method: 'DELETE' })).status).toBe(204);
    expect(await show()).toMatchObject({ own_key: { enabled: true } });
    const { body } = await videos({}, other);
    expect(body['price']).toEqual({
      credits: expect.any(Number) as number,
      version: expect.not.stringContaining('own') as string,
    });
  });

  it('may be switched off, and taken away, and comes back with another secret', async () => {
    await save({ fields: { apiKey: SECRET } });
    expect((await save({ enabled: false })).body).toMatchObject({ own_key: { enabled: false } });
    expect((await ask(CONFIG, user, { method: 'DELETE' })).status).toBe(204);
    expect(await show()).toMatchObject({ own_key: null, settings: {} });
    await save({ fields: { apiKey: OTHER_SECRET } });
    expect(await show()).toMatchObject({ own_key: { enabled: true } });
    expect(await rows(user)).toHaveLength(1);
  });

  it.each<[string, object, object]>([
    [
      'a mask of another secret',
      { fields: { apiKey: 'sk-****zzzz' } },
      problem(422, 'invalid_input', ['fields.apiKey']),
    ],
    [
      'an address that is not listed',
      { fields: { apiKey: SECRET }, base_url: 'https://169.254.169.254/' },
      problem(422, 'invalid_input', ['base_url']),
    ],
    ['no fields at all', { fields: {} }, problem(422, 'invalid_input', ['fields'])],
    ['what is not known', { key: SECRET }, problem(422, 'invalid_input', ['key'])],
    [
      "another provider's model",
      { settings: { model: 'animatic:animatic-1' } },
      problem(422, 'invalid_input', ['settings.model']),
    ],
    ['to switch what is not there', { enabled: false }, problem(409, 'conflict')],
  ])('refuses %s', async (_, body, expected) => {
    expect((await save(body)).body).toMatchObject(expected);
    expect(await rows(user)).toEqual([]);
  });

  it('goes to an address that the operator has listed, and to no other', async () => {
    const url = 'https://api-singapore.vendor.example';
    expect((await settings({ user_base_urls: [url] })).status).toBe(200);
    expect((await save({ fields: { apiKey: SECRET }, base_url: `${url}/` })).body).toMatchObject({
      own_key: { base_url: url },
    });
    expect((await save({ base_url: `${url}.evil.example` })).status).toBe(422);
    await settings({ user_base_urls: [] });
  });

  it('is not taken where the operator allows none, for an engine of our own, or for what does not run here', async () => {
    await settings({ user_credentials: false });
    expect((await save({ fields: { apiKey: SECRET } })).body).toMatchObject(problem(403, 'forbidden'));
    await settings({ user_credentials: true });
    expect((await ask('/api/v1/providers/animatic/config', user)).body).toMatchObject(
      problem(409, 'conflict'),
    );
    expect((await ask('/api/v1/providers/runway/config', user)).body).toMatchObject(
      problem(404, 'not_found'),
    );
  });

  it('needs the scope to generate for a change', async () => {
    const reader = await gateway.addUser(['read']);
    for (const [method, path] of [
      ['PUT', CONFIG],
      ['DELETE', CONFIG],
      ['POST', '/api/v1/providers/kling/test-connection'],
    ] as const) {
      expect((await ask(path, reader, { method })).body).toMatchObject(problem(403, 'forbidden'));
    }
  });
});

describe('what a video costs', () => {
  const accepted = () => gateway.backstage.accepted.at(-1);

  it("is the platform's fee on one's own key, and is pinned to that kind of key", async () => {
    await videos();
    expect(accepted()?.price).toMatchObject({ version: expect.not.stringContaining('own-key') as string });
    expect(accepted()?.price.ownKey).toBeUndefined();
    await save({ fields: { apiKey: SECRET } });
    await videos();
    expect(accepted()?.price).toEqual({ credits: 0, version: 'own-key:0', ownKey: true });
    await settings({ own_key_fee_credits: 7 });
    await videos({ fallback: ['animatic:animatic-1'] });
    expect(accepted()?.price).toEqual({ credits: 7, version: 'own-key:7', ownKey: true });
    expect(accepted()?.fallback[0]?.price.ownKey).toBeUndefined();
    await save({ enabled: false });
    await videos();
    expect(accepted()?.price.ownKey).toBeUndefined();
    expect(accepted()?.price.credits).toBeGreaterThan(7);
    await settings({ own_key_fee_credits: 0 });
  });

  it('takes what its user likes where the provider is named and the rest left open', async () => {
    await save({ settings: { model: 'kling:kling-3.0', size: '1080P', variants: 2 } });
    await ask('/api/v1/generate/text-to-video', user, { json: { prompt: 'a boat', provider: 'kling' } });
    expect(accepted()).toMatchObject({
      request: { model: 'kling:kling-3.0', size: '1080P' },
      jobIds: [expect.anything(), expect.anything()],
    });
  });
});

it('lists the providers that run here, and says where the caller has a key', async () => {
  await save({ fields: { apiKey: SECRET } });
  const { body } = await ask('/api/v1/providers', user);
  expect(body['data']).toEqual([
    expect.objectContaining({
      id: 'animatic',
      kind: 'lease',
      state: 'on',
      queued: 3,
      in_flight: 2,
      error_rate: 0.25,
      own_key: false,
    }),
    expect.objectContaining({ id: 'kling', kind: 'poll', own_key: true }),
  ]);
});

function rows({ userId }: TestUser) {
  return gateway.database.sql
    .selectFrom('identity.provider_credentials')
    .selectAll()
    .where('owner_user_id', '=', userId)
    .execute();
}

it('finds no key of a provider by an id that is none', async () => {
  expect((await ask(`/api/v1/providers/${newId()}/config`, user)).status).toBe(404);
});
