import { createHmac } from 'node:crypto';
import {
  changeWebhookRpc,
  deleteWebhookRpc,
  getWebhookRpc,
  redeliverFailedWebhooksRpc,
  redeliverWebhookRpc,
  rotateWebhookSecretRpc,
  testWebhookRpc,
} from '@shotloom/contracts';
import { waitFor } from '@shotloom/testing';
import { claimDue } from '../src/deliveries/claim-due';
import { measureQueue } from '../src/upkeep/measure-queue';
import { stopWaiting } from '../src/upkeep/remove-old';
import { verify } from './support/receiver';
import {
  changeJob,
  deliveriesOf,
  makeWebhook,
  newOwner,
  raiseStage,
  settled,
  type Replica,
  type Stage,
} from './support/stage';

jest.setTimeout(60_000);

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

let stage: Stage;
let replica: Replica;

beforeAll(async () => {
  stage = await raiseStage();
  replica = await stage.start();
});
afterAll(() => stage.stop());

it('sends a committed change of a job, signed so that the official package verifies it, and logs the call', async () => {
  const owner = newOwner();
  const { receiver } = stage;
  const webhook = await makeWebhook(stage, owner, receiver.url('/signed'), ['job.*']);
  receiver.answer('/signed', (response) => response.writeHead(200).end('thank\u0000 you'));
  const state = await changeJob(stage, owner, { status: 'processing', version: 4 });
  const [received] = await receiver.count('/signed', 1);
  if (!received) throw new Error('nothing came');
  expect(verify(webhook.secret, received)).toEqual(received.event);
  expect(received.headers['content-type']).toBe('application/json');
  expect(received.id).toBe(`evt_${state.jobId}_4`);
  expect(received.event).toMatchObject({
    type: 'job.processing',
    timestamp: state.changedAt,
    data: { sequence: 4, job_id: state.jobId, status: 'processing', credits: { held: 5, captured: 0 } },
  });
  // By the letter of the specification too, without the package.
  const key = Buffer.from(webhook.secret.replace('whsec_', ''), 'base64');
  const signed = `${received.id}.${String(received.headers['webhook-timestamp'])}.${received.body}`;
  const expected = createHmac('sha256', key).update(signed).digest('base64');
  expect(received.headers['webhook-signature']).toBe(`v1,${expected}`);
  const forged = { ...received, body: received.body.replace('processing', 'completed') };
  expect(() => verify(webhook.secret, forged)).toThrow('No matching signature');
  const delivery = await settled(stage, owner, webhook.id, { status: 'delivered' });
  expect(delivery).toMatchObject({
    attempts: 1,
    statusCode: 200,
    answer: 'thank you',
    error: null,
    nextTryAt: null,
  });
});

it('sends only what was asked for, only to its owner in that account, and an event that is read twice once', async () => {
  const [owner, stranger] = [newOwner(), newOwner()];
  const { receiver } = stage;
  await makeWebhook(stage, owner, receiver.url('/completed'), ['job.completed', 'job.late_result']);
  await makeWebhook(stage, owner, receiver.url('/all'), ['*']);
  await makeWebhook(stage, stranger, receiver.url('/stranger'), ['*']);
  await makeWebhook(stage, { ...owner, accountId: stranger.accountId }, receiver.url('/elsewhere'), ['*']);
  const first = await changeJob(stage, owner, { status: 'queued' });
  await changeJob(stage, owner, { status: 'queued', jobId: first.jobId });
  await changeJob(stage, owner, { status: 'completed', jobId: first.jobId, version: 5 });
  await changeJob(stage, owner, { status: 'failed', version: 6, lateAssetId: first.jobId });
  const all = await receiver.count('/all', 3);
  const completed = await receiver.count('/completed', 2);
  expect(all.map(({ event }) => event.type).sort()).toEqual([
    'job.completed',
    'job.late_result',
    'job.queued',
  ]);
  expect(completed.map(({ event }) => event.type).sort()).toEqual(['job.completed', 'job.late_result']);
  expect(new Set(all.map(({ id }) => id)).size).toBe(3);
  expect([receiver.at('/stranger'), receiver.at('/elsewhere')]).toEqual([[], []]);
});

it('tries again with growing waits and the same id, honours Retry-After, and gives up in the end', async () => {
  const owner = newOwner();
  const { receiver, clock } = stage;
  const webhook = await makeWebhook(stage, owner, receiver.url('/down'));
  receiver.answer('/down', (response) => response.writeHead(503, { 'retry-after': '600' }).end('busy'));
  await changeJob(stage, owner);
  const first = await settled(stage, owner, webhook.id, { attempts: 1, status: 'pending' });
  expect(first).toMatchObject({ statusCode: 503, answer: 'busy' });
  expect(Date.parse(first.nextTryAt ?? '')).toBe(clock.now().getTime() + 600_000);
  receiver.answer('/down', (response) => response.writeHead(500).end());
  clock.advance(9 * MINUTE_MS);
  // Half a minute early nothing happens, which another endpoint's call shows.
  const witness = newOwner();
  await makeWebhook(stage, witness, receiver.url('/witness'));
  await changeJob(stage, witness);
  await receiver.count('/witness', 1);
  expect(receiver.at('/down')).toHaveLength(1);
  let last = 600_000;
  for (let attempt = 2; attempt <= 9; attempt += 1) {
    clock.advance(attempt === 2 ? MINUTE_MS : last);
    const { nextTryAt } = await settled(stage, owner, webhook.id, {
      ...{ attempts: attempt, status: 'pending', lastTriedAt: clock.now().toISOString() },
    });
    const wait = Date.parse(nextTryAt ?? '') - clock.now().getTime();
    const full = Math.min(15_000 * 3 ** (attempt - 1), 12 * HOUR_MS);
    expect(wait).toBeGreaterThanOrEqual(full * 0.8 - 1);
    expect(wait).toBeLessThanOrEqual(full);
    last = wait;
  }
  clock.advance(last);
  await settled(stage, owner, webhook.id, { attempts: 10, status: 'failed', nextTryAt: null });
  expect(new Set(receiver.at('/down').map(({ id }) => id)).size).toBe(1);
  // What failed is sent again on demand, with the id that it had.
  receiver.answer('/down', (response) => response.writeHead(204).end());
  const [failed] = await deliveriesOf(stage, owner, webhook.id);
  const asked = { ...owner, webhookId: webhook.id, deliveryId: failed?.id ?? '' };
  await stage.bus.request(redeliverWebhookRpc, asked);
  expect(await settled(stage, owner, webhook.id, { status: 'delivered' })).toMatchObject({ attempts: 1 });
  expect(new Set(receiver.at('/down').map(({ id }) => id)).size).toBe(1);
  expect(receiver.at('/down')).toHaveLength(11);
});

it('measures what waits for a call whose time has come, and for how long', async () => {
  const { receiver, clock } = stage;
  const owner = newOwner();
  const webhook = await makeWebhook(stage, owner, receiver.url('/queue'), ['job.*']);
  receiver.answer('/queue', (response) => response.writeHead(503, { 'retry-after': '600' }).end());
  const measured = async (seconds: number): Promise<{ depth: number; oldestSeconds: number } | undefined> => {
    let state: { depth: number; oldestSeconds: number } | undefined;
    const metrics = { ...replica.parts.metrics, queue: (seen: typeof state) => (state = seen) };
    const later = { now: () => new Date(clock.now().getTime() + seconds * 1_000) };
    await measureQueue({ database: replica.parts.database, clock: later, metrics });
    return state;
  };
  const before = await measured(601);
  await changeJob(stage, owner);
  await settled(stage, owner, webhook.id, { attempts: 1, status: 'pending' });
  expect(await measured(599)).toEqual({ depth: 0, oldestSeconds: 0 });
  expect(await measured(603)).toEqual({ depth: (before?.depth ?? 0) + 1, oldestSeconds: 3 });
});

it('follows no redirect', async () => {
  const owner = newOwner();
  const { receiver } = stage;
  const webhook = await makeWebhook(stage, owner, receiver.url('/moved'));
  receiver.answer('/moved', (response) => response.writeHead(307, { location: receiver.url('/new') }).end());
  await changeJob(stage, owner);
  const { error } = await settled(stage, owner, webhook.id, { statusCode: 307, status: 'pending' });
  expect(error).toContain('redirects are not followed');
  expect(receiver.at('/new')).toEqual([]);
});

it('signs with the old secret too for a day after a rotation', async () => {
  const owner = newOwner();
  const { receiver, clock } = stage;
  const webhook = await makeWebhook(stage, owner, receiver.url('/rotated'));
  const { secret, webhook: shown } = await stage.bus.request(rotateWebhookSecretRpc, {
    ...owner,
    webhookId: webhook.id,
  });
  expect(secret).not.toBe(webhook.secret);
  expect(Date.parse(shown.oldSecretUntil ?? '')).toBe(clock.now().getTime() + DAY_MS);
  await changeJob(stage, owner);
  const [both] = await receiver.count('/rotated', 1);
  if (!both) throw new Error('nothing came');
  expect(String(both.headers['webhook-signature']).split(' ')).toHaveLength(2);
  // The clock of this test is ahead, and the package rightly refuses what is not of now: so only the signature is looked at.
  const signedWith = (secretOf: string, { id, headers, body }: typeof both): string =>
    `v1,${createHmac('sha256', Buffer.from(secretOf.slice(6), 'base64'))
      .update(`${id}.${String(headers['webhook-timestamp'])}.${body}`)
      .digest('base64')}`;
  expect(both.headers['webhook-signature']).toBe(
    `${signedWith(secret, both)} ${signedWith(webhook.secret, both)}`,
  );
  clock.advance(DAY_MS);
  await changeJob(stage, owner);
  const [, one] = await receiver.count('/rotated', 2);
  if (!one) throw new Error('nothing came');
  expect(one.headers['webhook-signature']).toBe(signedWith(secret, one));
});

it('takes 410 at its word: disables, tells the gateway and the other endpoints, keeps what comes for later', async () => {
  const owner = newOwner();
  const { receiver, bus } = stage;
  const gone = await makeWebhook(stage, owner, receiver.url('/gone'), ['job.*']);
  await makeWebhook(stage, owner, receiver.url('/other'), ['webhook.disabled']);
  receiver.answer('/gone', (response) => response.writeHead(410).end());
  await changeJob(stage, owner);
  const [told] = await receiver.count('/other', 1);
  expect(told?.event).toMatchObject({
    type: 'webhook.disabled',
    data: { webhook_id: gone.id, reason: 'gone', url: receiver.url('/gone') },
  });
  const look = { ...owner, webhookId: gone.id };
  expect((await bus.request(getWebhookRpc, look)).webhook).toMatchObject({
    enabled: false,
    disabledReason: 'gone',
  });
  const mailed = await waitFor(() => stage.notices.find(({ webhookId }) => webhookId === gone.id), {
    what: 'the notice to the gateway',
  });
  expect(mailed).toMatchObject({ ...owner, reason: 'gone' });
  const before = Date.now() - MINUTE_MS;
  await changeJob(stage, owner, { status: 'completed', version: 9 });
  await waitFor(async () => (await deliveriesOf(stage, owner, gone.id)).length === 2, {
    what: 'the kept event',
  });
  const since = new Date(before).toISOString();
  await expect(bus.request(redeliverFailedWebhooksRpc, { ...look, since })).rejects.toMatchObject({
    code: 'conflict',
  });
  receiver.answer('/gone', (response) => response.writeHead(200).end());
  await bus.request(changeWebhookRpc, { ...look, enabled: true });
  expect(await bus.request(redeliverFailedWebhooksRpc, { ...look, since })).toEqual({
    redelivered: 2,
    more: false,
  });
  const came = await receiver.count('/gone', 3);
  expect(new Set(came.map(({ id }) => id)).size).toBe(2);
});

it('disables an endpoint that only failed for three days, and what waits for it stops waiting', async () => {
  const owner = newOwner();
  const { receiver, clock, bus } = stage;
  const webhook = await makeWebhook(stage, owner, receiver.url('/dead'), ['job.*']);
  receiver.answer('/dead', (response) => response.writeHead(500).end());
  for (let version = 1; version <= 9; version += 1) await changeJob(stage, owner, { version });
  await receiver.count('/dead', 9);
  clock.advance(3 * DAY_MS);
  await waitFor(
    async () =>
      (await bus.request(getWebhookRpc, { ...owner, webhookId: webhook.id })).webhook?.disabledReason ===
      'failing',
    { what: 'the endpoint to be disabled', timeoutMs: 20_000 },
  );
  const calls = receiver.at('/dead').length;
  await waitFor(
    async () => {
      await stopWaiting(replica.parts);
      return (await deliveriesOf(stage, owner, webhook.id)).every(({ status }) => status === 'failed');
    },
    { what: 'what waits to be kept as failed' },
  );
  clock.advance(DAY_MS);
  await changeJob(stage, owner, { version: 20 });
  await waitFor(async () => (await deliveriesOf(stage, owner, webhook.id)).length === 10, {
    what: 'the next event',
  });
  expect(receiver.at('/dead')).toHaveLength(calls);
});

it('sends what a process had claimed when it was killed, with the id that it had', async () => {
  const owner = newOwner();
  const { receiver, clock, database } = stage;
  await replica.stop();
  const early = await stage.start();
  const webhook = await makeWebhook(stage, owner, receiver.url('/killed'));
  receiver.answer('/killed', (response) => response.writeHead(503).end());
  const { jobId } = await changeJob(stage, owner);
  await settled(stage, owner, webhook.id, { attempts: 1, status: 'pending' });
  await early.stop();
  receiver.answer('/killed', (response) => response.writeHead(204).end());
  clock.advance(MINUTE_MS);
  const now = clock.now();
  const claim = { perEndpoint: 4, perAccount: 16, room: 10, now, until: new Date(now.getTime() + MINUTE_MS) };
  // A process claims, and is killed before it sends: nothing but the row knows of it.
  const claimed = async () =>
    (await claimDue(database, claim)).claimed.filter(({ endpointId }) => endpointId === webhook.id);
  expect(await claimed()).toMatchObject([{ attempts: 2 }]);
  expect(await claimed()).toEqual([]);
  replica = await stage.start();
  clock.advance(MINUTE_MS);
  const [, again] = await receiver.count('/killed', 2);
  expect(again?.id).toBe(`evt_${jobId}_1`);
  await settled(stage, owner, webhook.id, { status: 'delivered', attempts: 3 });
});

it('shares the work between replicas, and sends each event once', async () => {
  const owner = newOwner();
  const { receiver } = stage;
  await replica.stop();
  const few = { WEBHOOK_CONCURRENCY: '2', WEBHOOK_ENDPOINT_CONCURRENCY: '4' };
  const both = await Promise.all([stage.start(few), stage.start(few)]);
  const events = 40;
  await makeWebhook(stage, owner, receiver.url('/shared'));
  let open = 0;
  let most = 0;
  receiver.answer('/shared', (response) => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => {
      open -= 1;
      response.writeHead(204).end();
    }, 20);
  });
  await Promise.all(
    Array.from({ length: events }, (_, index) => changeJob(stage, owner, { version: index + 1 })),
  );
  const came = await receiver.count('/shared', events);
  const made = (): Promise<number[]> => Promise.all(both.map(({ metrics }) => deliveredBy(metrics)));
  await waitFor(async () => (await made()).reduce((sum, count) => sum + count, 0) === events, {
    what: 'all to be settled',
  });
  expect(new Set(came.map(({ id }) => id)).size).toBe(events);
  expect(receiver.at('/shared')).toHaveLength(events);
  expect(most).toBeLessThanOrEqual(4);
  for (const count of await made()) expect(count).toBeGreaterThan(0);
  await Promise.all(both.map((one) => one.stop()));
  replica = await stage.start();
});

it('lets a silent endpoint delay nobody else, whatever waits for it', async () => {
  const [slow, quick] = [newOwner(), newOwner()];
  const { receiver } = stage;
  const held: (() => void)[] = [];
  await makeWebhook(stage, slow, receiver.url('/slow'));
  await makeWebhook(stage, quick, receiver.url('/quick'));
  receiver.answer('/slow', (response) => held.push(() => response.writeHead(204).end()));
  for (let version = 1; version <= 12; version += 1) await changeJob(stage, slow, { version });
  await receiver.count('/slow', 4);
  for (let version = 1; version <= 12; version += 1) await changeJob(stage, quick, { version });
  await receiver.count('/quick', 12);
  expect(receiver.at('/slow')).toHaveLength(4);
  receiver.answer('/slow', (response) => response.writeHead(204).end());
  for (const release of held) release();
  await receiver.count('/slow', 12);
});

it('sends a test event whatever types were asked for, and nothing more to what was deleted', async () => {
  const owner = newOwner();
  const { receiver, bus } = stage;
  const webhook = await makeWebhook(stage, owner, receiver.url('/tested'), ['job.failed']);
  const asked = { ...owner, webhookId: webhook.id };
  const { delivery } = await bus.request(testWebhookRpc, asked);
  const [received] = await receiver.count('/tested', 1);
  expect(received).toMatchObject({
    id: delivery.eventId,
    event: { type: 'webhook.test', data: { webhook_id: webhook.id } },
  });
  await bus.request(deleteWebhookRpc, asked);
  await changeJob(stage, owner, { status: 'failed' });
  expect(await bus.request(getWebhookRpc, asked)).toEqual({ webhook: null });
  await expect(bus.request(testWebhookRpc, asked)).rejects.toMatchObject({ code: 'not_found' });
});

async function deliveredBy(metrics: Replica['metrics']): Promise<number> {
  const metric = metrics.getSingleMetric('shotloom_webhook_deliveries_total');
  const values = (await metric?.get())?.values ?? [];
  return values.find(({ labels }) => labels['outcome'] === 'delivered')?.value ?? 0;
}
