import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import OpenAI, { toFile } from 'openai';
import { waitFor } from '@shotloom/testing';
import { ManualClock, startSoraSimulator, type SoraSimulator, type SoraSimulatorOptions } from '../src';

const QUEUE_MS = 1_000;
const RUN_MS = 10_000;
const HOUR_MS = 3600 * 1000;

let simulator: SoraSimulator;
let clock: ManualClock;
/** The vendor's own client, with the retries that it has by itself unless it is told otherwise. */
let client: OpenAI;

async function start(options: SoraSimulatorOptions = {}): Promise<void> {
  clock = new ManualClock();
  simulator = await startSoraSimulator({
    ...{ clock, queueMs: [QUEUE_MS, QUEUE_MS], runMs: [RUN_MS, RUN_MS], media: { scale: 0.1 } },
    ...{ createsPerMinute: 5, accounts: [{ apiKeys: ['key'], units: 100 }] },
    ...options,
  });
  client = new OpenAI({ apiKey: 'key', baseURL: `${simulator.url}/v1` });
}
beforeEach(() => start());
afterEach(() => simulator.stop());

function finish(): void {
  clock.advance(QUEUE_MS);
  clock.advance(RUN_MS);
}

/** A PNG as far as its header goes. */
function picture(width: number, height: number): Buffer {
  const head = Buffer.alloc(24);
  Buffer.from('89504e470d0a1a0a', 'hex').copy(head);
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return head;
}
const file = (width: number, height: number, type = 'image/png') =>
  toFile(picture(width, height), 'picture.png', { type });
/** One call, without the client's retries. */
const WITHOUT_RETRIES = { maxRetries: 0 };

it('takes a picture to a video by the official client, which ends after an hour', async () => {
  const input_reference = await file(1280, 720);
  const made = await client.videos.create({
    prompt: 'a cat',
    input_reference,
    size: '1280x720',
    seconds: '8',
  });
  expect(made).toMatchObject({
    object: 'video',
    status: 'queued',
    progress: 0,
    seconds: '8',
    model: 'sora-2',
  });
  expect(made).not.toHaveProperty('error');
  clock.advance(QUEUE_MS);
  clock.advance(RUN_MS / 2);
  expect(await client.videos.retrieve(made.id)).toMatchObject({ status: 'in_progress', progress: 50 });
  await expect(client.videos.downloadContent(made.id, {}, WITHOUT_RETRIES)).rejects.toMatchObject({
    status: 404,
  });
  clock.advance(RUN_MS / 2);
  const done = await client.videos.retrieve(made.id);
  expect(done).toMatchObject({ status: 'completed', progress: 100, error: null });
  expect(done.expires_at).toBe((done.completed_at ?? 0) + 3600);
  const content = await client.videos.downloadContent(made.id);
  expect(Buffer.from(await content.arrayBuffer()).toString('latin1', 4, 8)).toBe('ftyp');
  expect(simulator.tasks()[0]?.cost).toBe('0.8');
  const bare = await fetch(`${simulator.url}/v1/videos/${made.id}/content`);
  expect(bare.status).toBe(401);
  clock.advance(HOUR_MS);
  await expect(client.videos.downloadContent(made.id, {}, WITHOUT_RETRIES)).rejects.toMatchObject({
    status: 404,
  });
}, 30_000);

it('lists, makes another of a finished one, and deletes what has ended', async () => {
  for (const prompt of ['first', 'second', 'third']) await client.videos.create({ prompt });
  const page = await client.videos.list({ limit: 2 });
  expect(page.data.map(({ prompt }) => prompt)).toEqual(['third', 'second']);
  const next = await page.getNextPage();
  expect(next.data.map(({ prompt }) => prompt)).toEqual(['first']);
  const id = next.data[0]?.id ?? '';
  await expect(client.videos.delete(id, WITHOUT_RETRIES)).rejects.toMatchObject({ status: 400 });
  finish();
  const remix = await client.videos.remix(id, { prompt: 'again' });
  expect(await client.videos.retrieve(remix.id)).toMatchObject({
    remixed_from_video_id: id,
    prompt: 'again',
  });
  expect(await client.videos.delete(id)).toEqual({ id, object: 'video.deleted', deleted: true });
  await expect(client.videos.retrieve(id)).rejects.toMatchObject({ status: 404, code: 'not_found' });
});

it('buys a second video when the official client loses an answer: why our adapter uses no SDK', async () => {
  simulator.script({ kind: 'cut', accepted: true });
  await client.videos.create({ prompt: 'a cat' });
  // Both are made, and both are paid for; no header tells the vendor that they are one request.
  expect(simulator.tasks()).toHaveLength(2);
}, 20_000);

it.each<[string, object, object]>([
  ['a picture of other pixels', { size: '1280x720' }, { status: 400, code: null }],
  ['a picture of another type', { input_reference: file(720, 1280, 'image/gif') }, { status: 400 }],
  ['seconds that there are not', { seconds: '5' }, { status: 400, param: 'seconds' }],
  ['a size of the larger model', { size: '1792x1024' }, { status: 400, param: 'size' }],
  ['a model that there is not', { model: 'sora-1' }, { status: 404, code: 'model_not_found' }],
  ['no prompt', { prompt: '' }, { status: 400, param: 'prompt' }],
  ['what is not allowed', { prompt: '[sim:reject]' }, { status: 400, code: 'moderation_blocked' }],
])('refuses %s, and makes nothing', async (_what, more, error) => {
  const given = { prompt: 'a cat', input_reference: file(720, 1280), ...more };
  const body = { ...given, input_reference: await given.input_reference };
  await expect(client.videos.create(body, WITHOUT_RETRIES)).rejects.toMatchObject(error);
  expect(simulator.tasks()).toEqual([]);
});

it('reads JSON too, and a picture in it by address or inside', async () => {
  const post = async (body: object): Promise<number> =>
    (
      await fetch(`${simulator.url}/v1/videos`, {
        method: 'POST',
        headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
        body: JSON.stringify({ prompt: 'a cat', ...body }),
      })
    ).status;
  const inside = `data:image/png;base64,${picture(720, 1280).toString('base64')}`;
  expect(await post({ input_reference: { image_url: 'https://pictures.example/a.png' } })).toBe(200);
  expect(await post({ input_reference: { image_url: inside } })).toBe(200);
  expect(await post({ input_reference: { image_url: inside }, size: '1280x720' })).toBe(400);
  expect(await post({ input_reference: 'a string' })).toBe(400);
  expect(await post({ seconds: 4 })).toBe(400);
});

it('knows keys, limits and what is left', async () => {
  const stranger = new OpenAI({ apiKey: 'other', baseURL: `${simulator.url}/v1` });
  await expect(stranger.videos.list()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
  for (let made = 0; made < 5; made += 1) await client.videos.create({ prompt: 'a cat' });
  await expect(client.videos.create({ prompt: 'a cat' }, WITHOUT_RETRIES)).rejects.toMatchObject({
    ...{ status: 429, code: 'rate_limit_exceeded' },
  });
  clock.advance(60_000);
  const [account] = simulator.accounts;
  if (account) account.units = 0;
  await expect(client.videos.create({ prompt: 'a cat' }, WITHOUT_RETRIES)).rejects.toMatchObject({
    ...{ status: 429, code: 'insufficient_quota' },
  });
});

it('tells why a video failed', async () => {
  simulator.script({ kind: 'task-fails', message: 'The output hit moderation.' });
  const { id } = await client.videos.create({ prompt: 'a cat' });
  finish();
  expect(await client.videos.retrieve(id)).toMatchObject({
    status: 'failed',
    error: { code: 'moderation_blocked', message: 'The output hit moderation.' },
  });
});

it("calls a project's webhook at the end, signed as the official client checks it", async () => {
  await simulator.stop();
  const events: { body: string; headers: Record<string, string> }[] = [];
  const take = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = (await buffer(incoming)).toString('utf8');
    events.push({ body, headers: incoming.headers as Record<string, string> });
    response.end();
  };
  const receiver = createServer((incoming, response) => void take(incoming, response));
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  try {
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const secret = `whsec_${Buffer.from('a secret of a test project').toString('base64')}`;
    await start({ accounts: [{ apiKeys: ['key'], webhook: { url, secret } }] });
    const { id } = await client.videos.create({ prompt: 'a cat' });
    finish();
    await waitFor(() => events.length === 1, { what: 'the event' });
    const [event] = events;
    const read = await client.webhooks.unwrap(event?.body ?? '', event?.headers ?? {}, secret);
    expect(read).toMatchObject({ type: 'video.completed', data: { id } });
    const wrong = `whsec_${Buffer.from('another secret').toString('base64')}`;
    await expect(client.webhooks.unwrap(event?.body ?? '', event?.headers ?? {}, wrong)).rejects.toThrow();
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
});

it('can lead to a link that needs no key, as gateways do', async () => {
  await simulator.stop();
  await start({ redirectsContent: true });
  const { id } = await client.videos.create({ prompt: 'a cat' });
  finish();
  const content = await client.videos.downloadContent(id);
  expect(Buffer.from(await content.arrayBuffer()).toString('latin1', 4, 8)).toBe('ftyp');
  expect(content.url).toMatch(/\/results\//);
}, 30_000);
