import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from '@shotloom/testing';
import { ManualClock, startHailuoSimulator, type HailuoSimulator } from '../src';

let simulator: HailuoSimulator;
let clock: ManualClock;
beforeEach(async () => {
  clock = new ManualClock(1_800_000_000_000);
  simulator = await startHailuoSimulator({
    clock,
    queueMs: [1_000, 1_000],
    runMs: [9_000, 9_000],
    media: { scale: 0.1 },
    createsPerMinute: 5,
    accounts: [{ apiKeys: ['key'], groupId: '17' }],
  });
});
afterEach(() => simulator.stop());

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}
async function call(method: string, path: string, body?: unknown, key = 'key'): Promise<Answer> {
  const response = await fetch(`${simulator.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}
const v1 = (more: object = {}) =>
  call('POST', '/v1/video_generation', { model: 'MiniMax-Hailuo-2.3', prompt: 'a cat', ...more });
const v2 = (more: object = {}) =>
  call('POST', '/v2/video_generation', {
    ...{ model: 'MiniMax-H3', content: [{ type: 'text', text: 'a cat' }], ratio: '16:9' },
    ...more,
  });
const look = (id: unknown) => call('GET', `/v1/query/video_generation?task_id=${String(id)}`);
const PICTURE = 'https://pictures.example/a.png';
const BAD = { status: 200, body: { base_resp: { status_code: 2013 } } };

it('takes a v1 task to a file whose link ends after nine hours, and gives another', async () => {
  const { task_id: id, base_resp } = (await v1({ duration: 10 })).body;
  expect(base_resp).toEqual({ status_code: 0, status_msg: 'success' });
  expect((await look(id)).body).toMatchObject({ task_id: id, status: 'Queueing' });
  clock.advance(1_000);
  expect((await look(id)).body).toMatchObject({ status: 'Processing' });
  clock.advance(9_000);
  const done = (await look(id)).body;
  expect(done).toMatchObject({ status: 'Success', video_width: 1366, video_height: 768 });
  expect(done['file_id']).toMatch(/^\d{15}$/);
  const retrieve = async () => {
    const { body } = await call('GET', `/v1/files/retrieve?file_id=${String(done['file_id'])}`);
    const file = body['file'] as { file_id: number; bytes: number; download_url: string };
    expect(file.file_id).toBe(Number(done['file_id']));
    return file;
  };
  const { download_url: link } = await retrieve();
  const { byteLength } = await (await fetch(link)).arrayBuffer();
  expect((await retrieve()).bytes).toBe(byteLength);
  clock.advance(9 * 3600 * 1000);
  expect((await fetch(link)).status).toBe(403);
  expect((await fetch((await retrieve()).download_url)).status).toBe(200);
}, 30_000);

it.each([
  [{ model: 'MiniMax-Hailuo-9' }],
  [{ model: 'MiniMax-Hailuo-2.3-Fast' }],
  [{ resolution: '1080P', duration: 10 }],
  [{ duration: 5 }],
  [{ duration: '6' }],
  [{ model: 'MiniMax-Hailuo-02', resolution: '512P' }],
  [{ first_frame_image: PICTURE, last_frame_image: PICTURE }],
  [{ first_frame_image: 'iVBORw0KGgo=' }],
  [{ prompt: '' }],
  [{ prompt: 'x'.repeat(2001) }],
  [{ prompt_optimizer: 'yes' }],
  [{ callback_url: 'ftp://x' }],
])('refuses %j in v1 with a business error under status 200', async (more) => {
  expect(await v1(more)).toMatchObject(BAD);
  expect(simulator.tasks()).toEqual([]);
});

it.each([
  [{ model: 'MiniMax-Hailuo-02', first_frame_image: PICTURE, last_frame_image: PICTURE }],
  [{ model: 'MiniMax-Hailuo-02', resolution: '512P', first_frame_image: PICTURE }],
  [{ model: 'MiniMax-Hailuo-2.3-Fast', prompt: undefined, first_frame_image: PICTURE }],
  [{ model: 'S2V-01', subject_reference: [{ type: 'character', image: [PICTURE] }] }],
])('takes %j', async (more) => {
  expect((await v1(more)).body).toMatchObject({ base_resp: { status_code: 0 } });
});

it('answers v2 with real statuses, and refuses there what is wrong', async () => {
  const { body } = await v2({ resolution: '2K', duration: 4 });
  clock.advance(1_000);
  clock.advance(9_000);
  const one = await call('GET', `/v2/query/video_generation/${String(body['task_id'])}`);
  expect(one.body).toMatchObject({
    task: {
      status: 'succeeded',
      usage: { total_seconds: 4 },
      content: { url: expect.any(String) as string },
    },
  });
  expect(simulator.tasks()[0]).toMatchObject({ cost: '3.2' });
  const bad = await v2({ ratio: 'adaptive' });
  expect(bad).toMatchObject({
    status: 400,
    body: { type: 'error', error: { type: 'bad_request_error', http_code: '400' } },
  });
  expect((bad.body['error'] as { message: string }).message).toMatch(/\(2013\)$/);
  const picture = (role: string) => ({ type: 'image_url', image_url: { url: PICTURE }, role });
  const mixed = await v2({ content: [picture('first_frame'), picture('reference_image')] });
  expect(mixed.status).toBe(400);
  expect((await call('GET', '/v2/query/video_generation?page_size=4')).body['tasks']).toHaveLength(1);
});

it('knows its keys, its groups and its five creates a minute', async () => {
  expect(await call('GET', '/v1/query/video_generation?task_id=1', undefined, 'other')).toMatchObject({
    status: 401,
    body: { base_resp: { status_code: 2049 } },
  });
  expect((await call('GET', '/v1/query/video_generation?task_id=1&GroupId=18')).body).toMatchObject({
    base_resp: { status_code: 1004, status_msg: 'token not match group' },
  });
  expect(await look(1)).toMatchObject(BAD);
  for (let count = 0; count < 5; count += 1) await v1();
  expect((await v1()).body).toMatchObject({ base_resp: { status_code: 1002 } });
  clock.advance(60_000);
  expect((await v1()).body).toMatchObject({ base_resp: { status_code: 0 } });
});

it('says why a task failed, and which prompts it does not take', async () => {
  expect((await v1({ prompt: 'a [sim:reject] cat' })).body).toMatchObject({
    base_resp: { status_code: 1026 },
  });
  const { task_id: id } = (await v1({ prompt: 'a [sim:fail] cat' })).body;
  clock.advance(1_000);
  clock.advance(9_000);
  expect((await look(id)).body).toMatchObject({ status: 'Fail', base_resp: { status_code: 1027 } });
});

describe('callbacks', () => {
  let receiver: Server;
  let bodies: Record<string, unknown>[];
  let answer: (body: Record<string, unknown>) => unknown;
  beforeEach(async () => {
    bodies = [];
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
        bodies.push(body);
        response.end(JSON.stringify(answer(body)));
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  const url = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;

  it('come after a challenge, unsigned and in small letters', async () => {
    answer = (body) => body;
    const { task_id: id } = (await v1({ callback_url: url() })).body;
    clock.advance(1_000);
    clock.advance(9_000);
    await waitFor(() => bodies.length === 3, { what: 'a challenge and two callbacks' });
    expect(bodies[0]).toEqual({ challenge: expect.any(String) as string });
    expect(bodies.slice(1).map(({ task_id, status }) => [task_id, status])).toEqual([
      [id, 'processing'],
      [id, 'success'],
    ]);
  });

  it('are not taken on where the challenge is not answered', async () => {
    answer = () => ({});
    expect(await v1({ callback_url: url() })).toMatchObject(BAD);
    expect(simulator.tasks()).toEqual([]);
  });
});
