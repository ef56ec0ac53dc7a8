import { randomBytes } from 'node:crypto';
import { connectBus, type Bus } from '@shotloom/bus';
import { webhookDisabledNoticeRpc } from '@shotloom/contracts';
import { migrate, openDatabase, type Database } from '@shotloom/database';
import { newId, systemClock } from '@shotloom/kernel';
import { keyRing } from '@shotloom/sealing';
import { createMetrics, loadConfig } from '@shotloom/service-kit';
import { createTestDatabase, silentLogger, waitFor } from '@shotloom/testing';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from '../services/gateway/test/gateway-fixture';
import { configSchema } from '../services/webhooks/src/config';
import { createWebhookMetrics } from '../services/webhooks/src/metrics';
import { webhooksMigrations } from '../services/webhooks/src/schema/migrations';
import type { WebhookTables } from '../services/webhooks/src/schema/tables';
import { createSender, startWebhooks, type RunningWebhooks } from '../services/webhooks/src/start-webhooks';
import { Receiver, verify } from '../services/webhooks/test/support/receiver';
import { changeJob } from '../services/webhooks/test/support/stage';

/** The routes of the gateway with the real webhooks service behind them, and a receiver that checks signatures with the official package. */
jest.setTimeout(60_000);

const PATH = '/api/v1/webhooks';
let gateway: GatewayFixture;
let receiver: Receiver;
let testDatabase: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database<WebhookTables>;
let bus: Bus;
let running: RunningWebhooks;
let owner: TestUser;

beforeAll(async () => {
  const logger = silentLogger();
  [gateway, receiver, testDatabase] = await Promise.all([
    startGateway(),
    Receiver.open(),
    createTestDatabase(),
  ]);
  await migrate({ url: testDatabase.url }, [webhooksMigrations]);
  const config = loadConfig(configSchema, {
    ...{ DATABASE_URL: testDatabase.url, NATS_URL: gateway.natsUrl, PUBLIC_URL: 'https://video.example' },
    ...{ CREDENTIALS_KEY: randomBytes(32).toString('base64') },
    WEBHOOK_ALLOW_PRIVATE: `127.0.0.1:${receiver.port}`,
  });
  database = openDatabase<WebhookTables>({ url: testDatabase.url, applicationName: 'webhooks', logger });
  bus = await connectBus({ url: gateway.natsUrl, name: 'webhooks', logger });
  running = await startWebhooks({
    ...{ config, database, bus, keys: keyRing(config), logger, clock: systemClock },
    ...{ sender: createSender(config), metrics: createWebhookMetrics(createMetrics('webhooks')) },
  });
  owner = await gateway.addUser();
});
afterAll(async () => {
  await running.stop();
  await bus.drain();
  await database.close();
  await gateway.close();
  await Promise.all([testDatabase.drop(), receiver.close()]);
});

const ask = (by: TestUser, method: string, path: string, json?: object, key?: string): Promise<Answer> =>
  call(gateway, PATH + path, by, {
    method,
    ...(json ? { json } : {}),
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });
const wanted = (path: string, types: string[] = ['job.*']): object => ({
  url: receiver.url(path),
  event_types: types,
});
const idOf = ({ body }: Answer): string => String(body['id']);

it('shows the secret once: the same Idempotency-Key gives the same webhook without it', async () => {
  const body = wanted('/once?token=hidden');
  const made = await ask(owner, 'POST', '', body, 'key-1');
  expect(made.status).toBe(201);
  expect(made.body['secret']).toMatch(/^whsec_/);
  expect(made.headers.get('cache-control')).toBe('no-store');
  expect(made.headers.get('location')).toBe(`${PATH}/${idOf(made)}`);
  const again = await ask(owner, 'POST', '', body, 'key-1');
  expect([again.status, again.headers.get('idempotency-replayed'), idOf(again)]).toEqual([
    201,
    'true',
    idOf(made),
  ]);
  expect(again.body).not.toHaveProperty('secret');
  const other = await ask(owner, 'POST', '', wanted('/other'), 'key-1');
  expect(other.body).toMatchObject(problem(409, 'conflict'));
  expect((await ask(owner, 'GET', `/${idOf(made)}`)).body).not.toHaveProperty('secret');
  const log = await gateway.database.sql
    .selectFrom('identity.audit_log')
    .select(['action', 'details'])
    .where('target_id', '=', idOf(made))
    .orderBy('id')
    .execute();
  expect(log.map(({ action }) => action)).toEqual(['webhook.created_asked', 'webhook.created']);
  expect(JSON.stringify(log)).not.toContain('hidden');
});

it('delivers a finished job, signed, and sends it again when asked', async () => {
  const made = await ask(owner, 'POST', '', wanted('/finished', ['job.completed']));
  const id = idOf(made);
  await changeJob({ bus: gateway.bus }, owner, { status: 'completed', progress: 100, version: 7 });
  const [first] = await receiver.count('/finished', 1);
  if (!first) throw new Error('nothing came');
  expect(verify(String(made.body['secret']), first)).toMatchObject({
    type: 'job.completed',
    data: { sequence: 7, status: 'completed' },
  });
  const delivered = await waitFor(
    async () => {
      const page = await ask(owner, 'GET', `/${id}/deliveries?status=delivered`);
      return (page.body['data'] as { id: string; event_id: string }[])[0];
    },
    { what: 'the delivery in the list' },
  );
  const again = await ask(owner, 'POST', `/${id}/deliveries/${delivered.id}/redeliver`);
  expect([again.status, again.body['event_id']]).toEqual([202, delivered.event_id]);
  const both = await receiver.count('/finished', 2);
  expect(both.map((one) => one.id)).toEqual([delivered.event_id, delivered.event_id]);
});

it('rotates the secret, tests, and is switched off and on', async () => {
  const made = await ask(owner, 'POST', '', wanted('/switched'));
  const id = idOf(made);
  const rotated = await ask(owner, 'POST', `/${id}/rotate-secret`);
  expect(rotated.body['secret']).not.toBe(made.body['secret']);
  expect((await ask(owner, 'POST', `/${id}/test`)).status).toBe(202);
  const [tested] = await receiver.count('/switched', 1);
  if (!tested) throw new Error('nothing came');
  for (const { body } of [made, rotated]) verify(String(body['secret']), tested);
  const off = await ask(owner, 'PATCH', `/${id}`, { enabled: false });
  expect(off.body).toMatchObject({ enabled: false, disabled_reason: 'owner' });
  expect((await ask(owner, 'POST', `/${id}/test`)).body).toMatchObject(problem(409, 'conflict'));
  expect((await ask(owner, 'POST', `/${id}/enable`)).body).toMatchObject({ enabled: true });
  const since = new Date(Date.now() - 3_600_000).toISOString();
  const resent = await ask(owner, 'POST', `/${id}/redeliver-failed`, { since });
  expect([resent.status, resent.body]).toEqual([202, { redelivered: 0, more: false }]);
  expect((await ask(owner, 'DELETE', `/${id}`)).status).toBe(204);
  expect((await ask(owner, 'GET', `/${id}`)).status).toBe(404);
});

it.each([
  'http://169.254.169.254/latest/meta-data/',
  'https://127.0.0.1/',
  'https://[::ffff:10.0.0.1]/',
  'https://user:pass@hooks.example.com/',
  'http://1.1.1.1/',
  'https://1.1.1.1:22/',
  'file:///etc/passwd',
  'nonsense',
])('refuses %s with field and reason, when it is made and when it is changed', async (url) => {
  const refusal = problem(422, 'invalid_input', ['url']);
  const person = await gateway.addUser();
  expect((await ask(person, 'POST', '', { url, event_types: ['*'] })).body).toMatchObject(refusal);
  const made = await ask(person, 'POST', '', wanted('/kept'));
  expect((await ask(person, 'PATCH', `/${idOf(made)}`, { url })).body).toMatchObject(refusal);
  expect((await ask(person, 'GET', `/${idOf(made)}`)).body['url']).toBe(receiver.url('/kept'));
});

it('is nobody else’s: neither shown, nor changed, nor called for their jobs', async () => {
  const [mine, stranger] = [await gateway.addUser(), await gateway.addUser()];
  const id = idOf(await ask(mine, 'POST', '', wanted('/mine')));
  const tested = idOf(await ask(mine, 'POST', `/${id}/test`));
  const own = idOf(await ask(stranger, 'POST', '', wanted('/theirs')));
  const since = new Date().toISOString();
  for (const [method, path, json] of [
    ['GET', `/${id}`],
    ['PATCH', `/${id}`, { enabled: false }],
    ['DELETE', `/${id}`],
    ['POST', `/${id}/rotate-secret`],
    ['POST', `/${id}/test`],
    ['POST', `/${id}/enable`],
    ['GET', `/${id}/deliveries`],
    ['POST', `/${id}/deliveries/${tested}/redeliver`],
    ['POST', `/${own}/deliveries/${tested}/redeliver`],
    ['POST', `/${id}/redeliver-failed`, { since }],
  ] as [string, string, object?][]) {
    const { status } = await ask(stranger, method, path, json);
    expect([method, path, status]).toEqual([method, path, 404]);
  }
  expect((await ask(stranger, 'GET', '')).body).toMatchObject({ data: [{ id: own }], next_cursor: null });
  await changeJob({ bus: gateway.bus }, stranger, { status: 'failed' });
  await receiver.count('/theirs', 1);
  expect(receiver.at('/mine').map(({ event }) => event.type)).not.toContain('job.failed');
});

it('has a limit, and a cursor that reads them all', async () => {
  const person = await gateway.addUser();
  const made = [];
  for (let count = 0; count < 20; count += 1) made.push(idOf(await ask(person, 'POST', '', wanted('/many'))));
  expect((await ask(person, 'POST', '', wanted('/many'))).body).toMatchObject(problem(409, 'conflict'));
  const first = await ask(person, 'GET', '?limit=15');
  const rest = await ask(person, 'GET', `?limit=15&cursor=${String(first.body['next_cursor'])}`);
  const listed = [first, rest].flatMap(({ body }) => (body['data'] as { id: string }[]).map(({ id }) => id));
  expect(listed).toEqual([...made].reverse());
  expect(rest.body['next_cursor']).toBeNull();
});

it('mails its owner once when it was disabled, however often the gateway is told', async () => {
  const person = await gateway.addUser();
  const notice = {
    ...{ userId: person.userId, accountId: person.accountId, webhookId: newId(), noticeId: newId() },
    ...{ url: 'https://hooks.example.com/?token=hidden', reason: 'failing' as const, failingSince: null },
    keptDays: 30,
  };
  const mails = () =>
    gateway.database.sql
      .selectFrom('identity.mails')
      .select(['subject', 'body'])
      .where('dedupe_key', '=', `webhook-disabled:${notice.noticeId}`)
      .execute();
  // An address that was never proved is somebody else's, perhaps.
  await bus.request(webhookDisabledNoticeRpc, notice);
  expect(await mails()).toEqual([]);
  await gateway.database.sql
    .updateTable('identity.users')
    .set({ email_verified_at: new Date() })
    .where('id', '=', person.userId)
    .execute();
  for (let told = 0; told < 2; told += 1) await bus.request(webhookDisabledNoticeRpc, notice);
  const [mail, ...more] = await mails();
  expect(more).toEqual([]);
  expect(mail?.subject).toContain('hooks.example.com');
  expect(mail?.body).toContain(`${PATH}/${notice.webhookId}/enable`);
  expect(mail?.body).not.toContain('hidden');
});
