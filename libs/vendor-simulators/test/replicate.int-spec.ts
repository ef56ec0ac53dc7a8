import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import Replicate, { parseProgressFromLogs, validateWebhook } from 'replicate';
import { waitFor } from '@shotloom/testing';
import { ManualClock, startReplicateSimulator, type ReplicateSimulator } from '../src';

const SVD = '3f0457e4619daac51203dedb472816fd4af51f3149fa7a9e0b5ffcf1b8172438';
const I2V = 'wan-video/wan-2.2-i2v-fast';
const T2V = 'wan-video/wan-2.2-t2v-fast';
const PICTURE = 'https://pictures.example/a.png';
const SECRET = 'whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=';
const HOUR_MS = 3_600_000;

let simulator: ReplicateSimulator;
let clock: ManualClock;
let replicate: Replicate;
beforeEach(async () => {
  clock = new ManualClock(1_800_000_000_000);
  simulator = await startReplicateSimulator({
    ...{ clock, queueMs: [1_000, 1_000], runMs: [60_000, 60_000], media: { scale: 0.1 } },
    accounts: [
      { apiKeys: ['r8_key'], webhookSecret: SECRET },
      { name: 'unpaid', apiKeys: ['r8_unpaid'], hasPaymentMethod: false },
      { name: 'empty', apiKeys: ['r8_empty'], units: 0 },
    ],
    ...{ createsPerMinute: 600, requestsPerMinute: 3_000 },
  });
  replicate = clientOf('r8_key');
});
afterEach(() => simulator.stop());

/** The vendor's own client; it opens no connection that outlives a test. */
const clientOf = (auth: string): Replicate =>
  new Replicate({ auth, baseUrl: `${simulator.url}/v1`, useFileOutput: false });
const svd = (more: object = {}) =>
  replicate.predictions.create({ version: SVD, input: { input_image: PICTURE, ...more } });
const finish = (): void => {
  clock.advance(1_000);
  clock.advance(60_000);
};

async function call(
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${simulator.url}/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: 'Bearer r8_key', 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

it('takes a versioned model from starting to a video, with progress in its logs and the time it took', async () => {
  const { id, status } = await svd({ video_length: '25_frames_with_svd_xt' });
  expect({ id, status }).toEqual({
    id: expect.stringMatching(/^[a-z0-5]{26}$/) as string,
    status: 'starting',
  });
  clock.advance(1_000);
  clock.advance(30_000);
  const running = await replicate.predictions.get(id);
  expect(running.status).toBe('processing');
  expect(parseProgressFromLogs(running)).toMatchObject({ percentage: 0.5 });
  clock.advance(30_000);
  const done = await replicate.predictions.get(id);
  expect(done).toMatchObject({ status: 'succeeded', metrics: { predict_time: 60, total_time: 61 } });
  expect(simulator.tasks()[0]?.cost).toBe('0.0435');
  const video = await fetch(String(done.output));
  expect(Buffer.from(await video.arrayBuffer()).toString('latin1', 4, 8)).toBe('ftyp');
}, 30_000);

it('removes what it has after an hour', async () => {
  const { id } = await svd();
  finish();
  const link = String((await replicate.predictions.get(id)).output);
  clock.advance(HOUR_MS);
  expect(await replicate.predictions.get(id)).toMatchObject({
    ...{ status: 'succeeded', output: null, data_removed: true, input: {} },
  });
  expect((await fetch(link)).status).toBe(403);
});

it('runs official models by name, and community ones by version only', async () => {
  const input = { prompt: 'a cat', image: PICTURE };
  const made = await replicate.predictions.create({ model: I2V, input });
  expect(made).toMatchObject({ model: I2V, version: 'hidden' });
  expect((await call('/predictions', { version: I2V, input })).status).toBe(201);
  const community = 'stability-ai/stable-video-diffusion';
  const named = { version: `${community}:${SVD}`, input: { input_image: PICTURE } };
  expect((await call('/predictions', named)).status).toBe(201);
  expect((await call('/predictions', { ...named, version: community })).status).toBe(422);
  const byName = await call('/models/stability-ai/stable-video-diffusion/predictions', { input });
  expect(byName.status).toBe(404);
  finish();
  expect(simulator.tasks().map(({ cost }) => cost)).toEqual(['0.05', '0.05', '0.0435']);
});

it('waits for the end as long as it is told', async () => {
  const work = replicate.run(T2V, { input: { prompt: 'a cat', resolution: '720p' } });
  await waitFor(() => simulator.tasks().length === 1, { what: 'the prediction' });
  finish();
  expect(await work).toMatch(/\/results\/.*\.mp4/);
  const late = call(`/models/${T2V}/predictions`, { input: { prompt: 'a cat' } }, { prefer: 'wait=2' });
  await waitFor(() => simulator.tasks().length === 2, { what: 'the prediction' });
  clock.advance(2_000);
  expect(await late).toMatchObject({ status: 202, body: { status: 'processing' } });
});

it.each([
  [{ version: 'f'.repeat(64), input: {} }],
  [{ input: { input_image: PICTURE } }],
  [{ version: SVD, input: {} }],
  [{ version: SVD, input: { input_image: 'a.png' } }],
  [{ version: SVD, input: { input_image: PICTURE, frames_per_second: 4 } }],
  [{ version: SVD, input: { input_image: PICTURE, prompt: 'a cat' } }],
  [{ version: SVD, input: { input_image: PICTURE }, webhook: 'http://example.com/' }],
  [{ version: T2V, input: { prompt: 'a cat', num_frames: 80 } }],
  [{ version: T2V, input: { prompt: 'a cat', aspect_ratio: '1:1' } }],
])('refuses %j', async (body) => {
  const answer = await call('/predictions', body);
  expect(answer).toMatchObject({ status: 422, body: { detail: expect.any(String) as string, status: 422 } });
  expect(simulator.tasks()).toEqual([]);
});

it('knows its tokens, its credit and its limits', async () => {
  await expect(clientOf('r8_other').accounts.current()).rejects.toThrow('401');
  expect(await replicate.accounts.current()).toMatchObject({ username: 'demo' });
  expect(await replicate.webhooks.default.secret.get()).toEqual({ key: SECRET });
  const body = { version: SVD, input: { input_image: PICTURE } };
  const as = (key: string) => call('/predictions', body, { authorization: `Bearer ${key}` });
  expect((await as('r8_empty')).status).toBe(402);
  expect((await as('r8_unpaid')).status).toBe(201);
  expect(await as('r8_unpaid')).toEqual({
    status: 429,
    body: { detail: 'Request was throttled. Your rate limit resets in ~30s.' },
  });
  expect((await call('/predictions/none')).status).toBe(404);
});

it('stops a task that is asked to stop, or whose deadline has come, and bills its hardware', async () => {
  const { id } = await svd();
  clock.advance(1_000);
  clock.advance(10_000);
  expect((await replicate.predictions.cancel(id)).status).toBe('canceled');
  expect(simulator.tasks()[0]?.cost).toBe('0.00725');
  const input = { input_image: PICTURE };
  const { body } = await call('/predictions', { version: SVD, input }, { 'cancel-after': '30s' });
  clock.advance(30_000);
  expect((await call(`/predictions/${String(body['id'])}`)).body).toMatchObject({ status: 'canceled' });
  expect((await replicate.predictions.list()).results).toHaveLength(2);
});

it('keeps files for a day, and takes them as inputs as long as they are there', async () => {
  const file = await replicate.files.create(Buffer.from('a picture'), { shot: 1 });
  expect(file).toMatchObject({ size: 9, metadata: { shot: 1 } });
  expect((await svd({ input_image: file.urls.get })).status).toBe('starting');
  clock.advance(24 * HOUR_MS);
  await expect(svd({ input_image: file.urls.get })).rejects.toThrow('422');
});

it('says why a prediction failed', async () => {
  const make = async (prompt: string) =>
    (await replicate.predictions.create({ model: T2V, input: { prompt } })).id;
  const [failing, rejected] = [await make('[sim:fail]'), await make('[sim:reject]')];
  finish();
  expect(await replicate.predictions.get(failing)).toMatchObject({
    ...{ status: 'failed', error: expect.stringContaining('interrupted') as string },
  });
  expect((await replicate.predictions.get(rejected)).error).toMatch(/NSFW/);
});

it("shows why our adapter has no SDK: the vendor's client sends a create again when its answer is lost", async () => {
  simulator.script({ kind: 'cut', accepted: true, times: 2 });
  expect(await svd()).toMatchObject({ status: 'starting' });
  expect(simulator.tasks()).toHaveLength(3);
});

describe('callbacks', () => {
  let receiver: Server;
  let received: { body: string; headers: Record<string, string> }[];
  beforeEach(async () => {
    received = [];
    receiver = createServer((request, response) => {
      void buffer(request).then((body) => {
        received.push({ body: body.toString(), headers: request.headers as Record<string, string> });
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    receiver.closeAllConnections();
    receiver.close();
  });

  it("are predictions, and signed so that the vendor's client believes them", async () => {
    const webhook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    await replicate.predictions.create({
      ...{ version: SVD, input: { input_image: PICTURE }, webhook, webhook_events_filter: ['completed'] },
    });
    clock.advance(1_000);
    await waitFor(() => received.length === 1, { what: 'the start' });
    clock.advance(60_000);
    await waitFor(() => received.length === 2, { what: 'the end' });
    expect(received.map(({ body }) => (JSON.parse(body) as { status: string }).status)).toEqual([
      'processing',
      'succeeded',
    ]);
    for (const { body, headers } of received) {
      const given = {
        ...{ id: headers['webhook-id'] ?? '', timestamp: headers['webhook-timestamp'] ?? '', body },
        signature: headers['webhook-signature'] ?? '',
      };
      expect(await validateWebhook({ ...given, secret: SECRET })).toBe(true);
      expect(await validateWebhook({ ...given, body: `${body} `, secret: SECRET })).toBe(false);
    }
  });
});
