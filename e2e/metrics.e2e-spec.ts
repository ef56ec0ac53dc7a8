import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { attemptSubmittedV1, subjects, type JobResource, type SignedIn } from '@shotloom/contracts';
import { connectBus } from '@shotloom/bus';
import { newId } from '@shotloom/kernel';
import {
  rememberSecret,
  silentLogger,
  startPlatform,
  waitFor,
  type RunningPlatform,
} from '@shotloom/testing';
import { STRIPE_DEMO_WEBHOOK_SECRET, stripeSignature } from '@shotloom/vendor-simulators';
import { EXPOSED_FILE, readExposed } from '../deploy/prometheus/src/exposed-metrics';
import { Gathering } from '../deploy/prometheus/src/gather';
import { Receiver } from '../services/webhooks/test/support/receiver';
import { Api } from './support/api';
import { Truth } from './support/truth';
import { counted, Vendor } from './support/vendor';

/**
 * A run in which everything happens that is counted, to see which metrics the services really show, and with which labels. Rules and
 * dashboards are held against `deploy/prometheus/exposed-metrics.json`; here that file is held against the services.
 */
jest.setTimeout(240_000);

const UPDATE = process.env['UPDATE_METRICS'] === '1';
const gathering = new Gathering();
let platform: RunningPlatform;
let receiver: Receiver;
let truth: Truth;
let vendor: Vendor;
let api: Api;
let admin: Api;
beforeAll(async () => {
  platform = await startPlatform({
    providers: ['animatic'],
    simulate: ['kling', 'stripe'],
    env: {
      SIMULATOR_ARGS: '--queue-ms 100,200 --run-ms 400,600 --scale 0.1',
      SWEEP_INTERVAL_MS: '1000',
    },
  });
  receiver = await Receiver.open();
  api = new Api(platform.runtime);
  truth = new Truth(platform.runtime);
  vendor = new Vendor(() => platform.runtime, 'kling');
  await truth.fund(platform.runtime.accountId, 10_000);
  const { adminEmail: email = '', adminPassword: password = '' } = platform.runtime;
  const opened = await new Api(platform.runtime, '').post<SignedIn>('/api/v1/auth/login', {
    email,
    password,
  });
  admin = new Api(platform.runtime, rememberSecret(opened.access_token ?? '', 'an access token'));
});
afterAll(async () => {
  await truth.close();
  await receiver.close();
  await platform.stop();
});

const look = (): Promise<void> => gathering.look(platform.runtime.internalUrls);
const video = (prompt: string): Promise<JobResource> =>
  api.post<JobResource>('/api/v1/generate/text-to-video', {
    ...{ prompt, model: 'kling:kling-2.6', duration: 5, aspect_ratio: '16:9', size: '720P' },
  });
/** Looks at the metrics on the way, since some are there only while a job is under way. */
const ended = (jobId: string, status: string): Promise<unknown> =>
  waitFor(
    async () => {
      await look();
      return (await api.job(jobId)).status === status;
    },
    { timeoutMs: 90_000, intervalMs: 250, what: `job ${jobId} to be ${status}` },
  );

it('makes films for people who watch, and tells a webhook', async () => {
  await api.post('/api/v1/webhooks', { url: receiver.url('/told'), event_types: ['job.*'] });
  const stream = await api.fetch('/api/v1/events', { signal: AbortSignal.timeout(120_000) });
  const { asset_id: assetId } = await api.upload('coffee.png');
  const film = await api.film(assetId);
  const { messages, socket } = api.watch(film.id);
  await ended(film.id, 'completed');
  const made = await video('a quiet sea');
  await ended(made.id, 'completed');
  await waitFor(() => messages.some(({ type }) => type === 'job_complete'), {
    what: 'the socket to hear it',
  });
  await receiver.count('/told', 2);
  await look();
  socket.close();
  await stream.body?.cancel();
});

it('fails, loses an answer, and is cancelled', async () => {
  await vendor.script({
    kind: 'task-fails',
    message: 'It broke.',
    on: 'create',
    match: 'breaks',
    times: null,
  });
  await vendor.script({ kind: 'cut', accepted: true, on: 'create', match: 'silent' });
  await vendor.script({ kind: 'task-takes', ms: 600_000, on: 'create', match: 'endless' });
  const [broken, silent, endless] = [await video('breaks'), await video('silent'), await video('endless')];
  await ended(broken.id, 'failed');
  await api.until(endless.id, 'at the vendor', ({ status }) => status === 'processing');
  await api.post(`/api/v1/jobs/${endless.id}/cancel`, {});
  await ended(silent.id, 'completed');
  await vendor.heal();
});

it('waits while a provider is paused', async () => {
  await admin.post('/api/v1/admin/providers/kling/pause', { reason: 'A test looks at what waits.' });
  const waiting = await video('patience');
  await waitFor(
    async () => {
      await look();
      return !gathering.unseen.includes('shotloom_queue_blocked');
    },
    { timeoutMs: 30_000, what: 'the scheduler to say why the job waits' },
  );
  await admin.post('/api/v1/admin/providers/kling/resume', { reason: 'The test has seen it.' });
  await ended(waiting.id, 'completed');
});

it('gets a report that no row knows, an event of Stripe, and a client that leaves', async () => {
  const bus = await connectBus({ url: platform.runtime.natsUrl, name: 'test', logger: silentLogger() });
  const options = { subject: subjects.attempts('kling'), correlationId: newId() };
  const unknown = { attemptId: newId(), fence: 1, vendorTaskId: 'v-1', externalTaskId: 'e-1' };
  await bus.publish(attemptSubmittedV1, { ...unknown, adopted: false, notes: [] }, options);
  const body = JSON.stringify({
    ...{
      id: 'evt_metrics',
      object: 'event',
      type: 'customer.deleted',
      created: Math.floor(Date.now() / 1000),
    },
    ...{ livemode: false, api_version: null, data: { object: { id: 'cus_metrics', object: 'customer' } } },
  });
  const signature = stripeSignature(STRIPE_DEMO_WEBHOOK_SECRET, Math.floor(Date.now() / 1000), body);
  const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
  const taken = await api.fetch('/webhooks/stripe', { method: 'POST', headers, body });
  expect(await taken.json()).toEqual({ outcome: 'ignored' });
  await leaveInTheMiddle();
  await bus.drain();
});

/** A request whose body never ends. */
async function leaveInTheMiddle(): Promise<void> {
  const { hostname, port } = new URL(platform.runtime.gatewayUrl);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const head = [
    'POST /api/v1/generate/text-to-video HTTP/1.1',
    `Host: ${hostname}`,
    'Content-Type: application/json',
  ];
  socket.write(
    [...head, `Authorization: Bearer ${platform.runtime.apiKey}`, 'Content-Length: 99', '', '{'].join('\r\n'),
  );
  await waitFor(async () => (await platform.log('gateway')).includes('text-to-video'), {
    what: 'the request to be there',
  });
  socket.destroy();
}

it('counts what the books say', async () => {
  const { jobs } = await truth.books();
  const sum = (of: (job: (typeof jobs)[number]) => number): number =>
    jobs.reduce((total, job) => total + of(job), 0);
  const shown = (metric: string): Promise<number> => counted(platform.runtime, 'job-orchestrator', metric);
  expect(sum((job) => job.credits_captured)).toBeGreaterThan(0);
  expect(await shown('shotloom_credits_captured_total')).toBe(sum((job) => job.credits_captured));
  expect(await shown('shotloom_jobs_accepted_total')).toBe(jobs.length);
  const hasEnded = ({ status }: { status: string }): boolean =>
    ['completed', 'failed', 'cancelled'].includes(status);
  expect(await shown('shotloom_jobs_ended_total')).toBe(jobs.filter(hasEnded).length);
  expect(await counted(platform.runtime, 'storage', 'shotloom_upload_bytes_total')).toBeGreaterThan(0);
  // The objectives about orders ask for this route.
  const gateway = await fetch(new URL('/metrics', platform.runtime.internalUrls['gateway']));
  expect(await gateway.text()).toMatch(
    /shotloom_http_request_seconds_count\{[^}]*route="\/api\/v1\/generate\/text-to-video"/,
  );
});

it('shows every metric of ours with its labels, as it is written down', async () => {
  await waitFor(
    async () => {
      await look();
      return gathering.unseen.length === 0;
    },
    { timeoutMs: 60_000, intervalMs: 1_000, what: 'every metric to have a value' },
  ).catch(() => expect(gathering.unseen).toEqual([]));
  if (UPDATE) writeFileSync(EXPOSED_FILE, `${JSON.stringify(gathering.metrics, null, 2)}\n`);
  expect(gathering.metrics).toEqual(readExposed());
});
