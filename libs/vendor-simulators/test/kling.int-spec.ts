import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { probeVideo, verifyDecodes } from '@shotloom/media-tools';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock, startKlingSimulator, type KlingSimulator, type KlingSimulatorOptions } from '../src';

/** AK_TEST and SK_TEST, valid from 1799999995 to 1800001800. */
const TOKEN =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJBS19URVNUIiwiZXhwIjoxODAwMDAxODAwLCJuYmYiOjE3OTk5OTk5OTV9.4nfy5st3b3vKBwZqNIWsLJzsj9jr6iQtxl1M0tdoBZg';
const NOW = 1_800_000_000_000;
const SECRET = 'whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=';

let simulator: KlingSimulator;
let clock: ManualClock;

async function start(options: KlingSimulatorOptions = {}): Promise<void> {
  clock = new ManualClock(NOW);
  simulator = await startKlingSimulator({
    clock,
    queueMs: [1_000, 1_000],
    runMs: [9_000, 9_000],
    media: { scale: 0.25 },
    accounts: [{ apiKeys: ['key'], accessKey: 'AK_TEST', secretKey: 'SK_TEST', webhookSecret: SECRET }],
    ...options,
  });
}
beforeEach(() => start());
afterEach(() => simulator.stop());

interface Answer {
  status: number;
  code: number;
  data: Record<string, never> & Record<string, unknown>;
  message: string;
}
async function call(
  method: string,
  path: string,
  body?: unknown,
  authorization = 'Bearer key',
): Promise<Answer> {
  const response = await fetch(`${simulator.url}${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
}
const legacy = (more: object = {}, product = 'text2video') =>
  call('POST', `/v1/videos/${product}`, { model_name: 'kling-v2-6', prompt: 'a cat', ...more });
const standard = (more: object = {}, path = '/text-to-video/kling-3.0') =>
  call('POST', path, { prompt: 'a cat', settings: {}, ...more });

describe('authentication', () => {
  it('accepts the given test vector within its time, and only there', async () => {
    const list = () =>
      call('GET', '/v1/videos/text2video?pageNum=1&pageSize=1', undefined, `Bearer ${TOKEN}`);
    expect(await list()).toMatchObject({ status: 200, code: 0, data: [] });
    clock.advance(1_801_000);
    expect(await list()).toMatchObject({ status: 401, code: 1004 });
    await simulator.stop();
    await start({
      clock: new ManualClock(NOW - 60_000),
      accounts: [{ accessKey: 'AK_TEST', secretKey: 'SK_TEST' }],
    });
    expect(await list()).toMatchObject({ status: 401, code: 1003 });
  });

  it.each([
    ['', 1001],
    ['key', 1002],
    ['Bearer wrong', 1002],
    [`Bearer ${TOKEN.slice(0, -2)}AA`, 1002],
    [`Bearer ${TOKEN.replace(/^[^.]+/, 'eyJhbGciOiJub25lIn0')}`, 1002],
  ])('refuses %s with %d', async (authorization, code) => {
    const answer = await call('GET', '/v1/videos/text2video', undefined, authorization);
    expect(answer).toMatchObject({ status: 401, code });
  });

  it('lets no JWT into the new generation', async () => {
    expect(await call('GET', '/tasks?task_ids=1', undefined, `Bearer ${TOKEN}`)).toMatchObject({
      status: 401,
      code: 1002,
      message: expect.stringContaining('does not support AK/SK') as string,
    });
  });
});

describe('the old generation', () => {
  it('takes a task from submitted to a video, with its cost', async () => {
    const { data } = await legacy({ external_task_id: 'job-1', duration: '10' });
    expect(data).toMatchObject({
      task_id: expect.stringMatching(/^\d{18,}$/) as string,
      task_status: 'submitted',
      task_info: { external_task_id: 'job-1' },
      created_at: NOW,
    });
    const look = () => call('GET', `/v1/videos/text2video/${String(data['task_id'])}`);
    clock.advance(1_000);
    expect((await look()).data['task_status']).toBe('processing');
    clock.advance(9_000);
    expect((await look()).data).toMatchObject({
      task_status: 'succeed',
      final_unit_deduction: '3',
      task_result: { videos: [{ duration: '10.041' }] },
    });
    expect((await call('GET', '/v1/videos/text2video/job-1')).data['task_id']).toBe(data['task_id']);
    expect((await call('GET', '/v1/videos/image2video/job-1')).code).toBe(1203);
    expect((await call('GET', '/v1/videos/text2video?pageSize=500')).data).toHaveLength(1);
  });

  it.each([
    [{ model_name: undefined }, 404, 1203],
    [{ model_name: 'kling-v1-6' }, 404, 1203],
    [{ duration: 5 }, 400, 1201],
    [{ duration: '7' }, 400, 1201],
    [{ prompt: '' }, 400, 1201],
    [{ prompt: 'x'.repeat(2501) }, 400, 1201],
    [{ prompt: 'no [sim:reject]' }, 400, 1301],
    [{ aspect_ratio: '4:3' }, 400, 1201],
    [{ mode: '4k' }, 400, 1201],
    [{ sound: 'on' }, 400, 1201],
    [{ cfg_scale: 0.5 }, 400, 1201],
    [{ camera_control: { type: 'simple', config: { pan: 1, zoom: 1 } } }, 400, 1201],
    [{ callback_url: 'ftp://x' }, 400, 1201],
  ])('refuses %j with %d and %d', async (more, status, code) => {
    expect(await legacy(more)).toMatchObject({ status, code });
    expect(simulator.tasks()).toEqual([]);
  });

  it('looks at pictures: raw base64 of a large enough jpg or png, or an address', async () => {
    const png = (width: number, height: number): string => {
      const bytes = Buffer.alloc(40);
      Buffer.from('89504e470d0a1a0a', 'hex').copy(bytes);
      bytes.writeUInt32BE(width, 16);
      bytes.writeUInt32BE(height, 20);
      return bytes.toString('base64');
    };
    const image = (value: unknown) => legacy({ image: value }, 'image2video').then(({ code }) => code);
    expect(await image('https://x.example/a.png')).toBe(0);
    expect(await image(png(600, 300))).toBe(0);
    expect(await image(`data:image/png;base64,${png(600, 300)}`)).toBe(1201);
    expect(await image(png(299, 600))).toBe(1201);
    expect(await image(png(300, 800))).toBe(1201);
    expect(await image(undefined)).toBe(1201);
    expect(await image('not base64!')).toBe(1201);
  });

  it('refuses an external id twice', async () => {
    expect((await legacy({ external_task_id: 'job-1' })).code).toBe(0);
    expect(await legacy({ external_task_id: 'job-1' })).toMatchObject({ status: 400, code: 1201 });
    expect((await standard({ options: { external_task_id: 'job-1' } })).code).toBe(1201);
    expect(simulator.tasks()).toHaveLength(1);
  });
});

describe('the new generation', () => {
  it('takes a task from submitted to a video, and finds those of both by external id', async () => {
    const made = await standard({ options: { external_task_id: 'job-2' } });
    expect(made.data).toMatchObject({ status: 'submitted', external_id: 'job-2', create_time: NOW });
    await legacy({ external_task_id: 'job-1' });
    clock.advance(10_000);
    const { data } = await call('GET', '/tasks?external_task_ids=job-1,job-2,job-3');
    expect(data).toMatchObject([
      { status: 'succeeded', external_id: 'job-1', outputs: [{ type: 'video', duration: '5.041' }] },
      { status: 'succeeded', external_id: 'job-2', billing: [{ charge_type: 'unit', amount: '3' }] },
    ]);
    expect((await call('GET', '/tasks?task_ids=nothing')).data).toEqual([]);
    const many = Array.from({ length: 21 }, (_, index) => index).join();
    expect((await call('GET', `/tasks?task_ids=${many}`)).code).toBe(1201);
  });

  it.each([
    [{}, '/text-to-video/kling-9', 1203],
    [{}, '/text-to-video/kling-o1', 1203],
    [{ settings: { duration: '5' } }, undefined, 1201],
    [{ settings: { duration: 16 } }, undefined, 1201],
    [{ settings: { resolution: '4k' } }, '/text-to-video/kling-2.6', 1201],
    [{ settings: { audio: 'native' } }, '/text-to-video/kling-2.6', 1201],
    [{ settings: { audio: 'native' } }, '/text-to-video/kling-2.5-turbo', 1201],
    [{ contents: [{ type: 'prompt', text: 'x' }] }, '/image-to-video/kling-3.0', 1201],
  ])('refuses %j at %s with %d', async (more, path, code) => {
    expect((await standard(more, path)).code).toBe(code);
  });

  it('ignores what only the other generation knows', async () => {
    expect((await standard({ negative_prompt: 'blur', cfg_scale: 9 })).code).toBe(0);
  });
});

describe('limits', () => {
  it('holds a slot from submit to end, and refuses more with 1303 without making a task', async () => {
    await simulator.stop();
    await start({ accounts: [{ apiKeys: ['key'], concurrency: 1 }] });
    await legacy();
    expect(await legacy()).toMatchObject({ status: 429, code: 1303 });
    expect(simulator.tasks()).toHaveLength(1);
    clock.advance(10_000);
    expect((await legacy()).code).toBe(0);
  });

  it('refuses with 1102 when the pack is used up, and tells what is left', async () => {
    await simulator.stop();
    await start({ accounts: [{ apiKeys: ['key'], units: 2 }] });
    await legacy();
    clock.advance(10_000);
    expect(await legacy()).toMatchObject({ status: 429, code: 1102 });
    const costs = await call('GET', `/account/costs?start_time=${NOW}&end_time=${NOW}`);
    expect(costs.data['resource_pack_subscribe_infos']).toMatchObject([{ remaining_quantity: 0.5 }]);
  });

  it('refuses with 1302 above the rate', async () => {
    await simulator.stop();
    await start({ requestsPerSecond: 2 });
    const codes = [];
    for (let index = 0; index < 3; index += 1) codes.push((await standard()).code);
    expect(codes.at(-1)).not.toBe(0);
  });
});

describe('results', () => {
  it('serves a video that plays, of the length and shape that were asked for, until the link expires', async () => {
    await simulator.stop();
    await start({ linkLifetimeMs: 60_000 });
    await standard({
      settings: { duration: 3, aspect_ratio: '9:16', audio: 'native' },
      options: { external_task_id: 'a' },
    });
    clock.advance(10_000);
    const { data } = await call('GET', '/tasks?external_task_ids=a');
    const url = (data as unknown as { outputs: { url: string }[] }[])[0]?.outputs[0]?.url ?? '';
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    const folder = await mkdtemp(join(tmpdir(), 'kling-'));
    try {
      const path = join(folder, 'a.mp4');
      await writeFile(path, bytes);
      const probe = await probeVideo({ path });
      expect(probe).toMatchObject({ width: 180, height: 320, videoCodec: 'avc', audioCodec: 'aac' });
      expect(probe.durationSeconds).toBeCloseTo(3, 1);
      await verifyDecodes(path, { timeoutMs: 20_000 });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    const part = await fetch(url, { headers: { range: 'bytes=4-7' } });
    expect([part.status, await part.text()]).toEqual([206, 'ftyp']);
    expect((await fetch(url.replace(/.$/, 'x'))).status).toBe(403);
    clock.advance(60_001);
    expect((await fetch(url)).status).toBe(403);
  }, 30_000);
});

describe('faults', () => {
  it('makes the task although the answer is lost', async () => {
    simulator.script({ kind: 'cut', accepted: true });
    await expect(legacy({ external_task_id: 'job-1' })).rejects.toThrow('fetch failed');
    simulator.script({ kind: 'error', code: '5002', accepted: true });
    expect(await legacy({ external_task_id: 'job-2' })).toMatchObject({ status: 504, code: 5002 });
    simulator.script({ kind: 'cut', accepted: false });
    await expect(legacy({ external_task_id: 'job-3' })).rejects.toThrow('fetch failed');
    expect(simulator.tasks().map(({ externalId }) => externalId)).toEqual(['job-1', 'job-2']);
  });

  it('gives each error of the table its HTTP status', async () => {
    const seen: Record<string, number> = {};
    for (const code of ['1000', '1101', '1103', '1303', '5001']) {
      simulator.script({ kind: 'error', code });
      seen[code] = (await legacy()).status;
    }
    expect(seen).toEqual({ 1000: 401, 1101: 429, 1103: 403, 1303: 429, 5001: 503 });
  });

  it('can be scripted and seen from another process', async () => {
    const faults = [
      { kind: 'task-fails', message: 'no luck' },
      { kind: 'shape', path: ['data'], on: 'query' },
    ];
    expect(await call('POST', '/_sim/faults', faults)).toMatchObject({ scripted: 2 });
    expect(await call('POST', '/_sim/faults', { kind: 'nonsense' })).toMatchObject({ status: 400 });
    await legacy({ external_task_id: 'job-1' });
    clock.advance(10_000);
    const answer = await call('GET', '/v1/videos/text2video/job-1');
    expect(answer).toMatchObject({ code: 0 });
    expect(answer).not.toHaveProperty('data');
    const tasks = await (await fetch(`${simulator.url}/_sim/tasks`)).json();
    expect(tasks).toMatchObject([{ externalId: 'job-1', status: 'failed', cost: '' }]);
    expect(simulator.requests()).toMatchObject([
      { kind: 'create', status: 200, faults: ['task-fails'] },
      { kind: 'query', faults: ['shape'] },
    ]);
    expect(JSON.stringify(simulator.requests())).not.toContain('Bearer');
  });
});

describe('callbacks', () => {
  let receiver: Server;
  let received: { status: string; id: string; signed: boolean }[];
  let arrived: () => void;
  let url: string;

  beforeEach(async () => {
    received = [];
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as {
          status?: string;
          task_status?: string;
        };
        const id = String(request.headers['webhook-id'] ?? '');
        received.push({
          status: body.status ?? body.task_status ?? '',
          id,
          signed: 'webhook-signature' in request.headers,
        });
        response.end();
        arrived();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  });
  afterEach(() => new Promise((resolve) => receiver.close(resolve)));

  const until = (count: number): Promise<void> =>
    new Promise((resolve) => {
      arrived = () => (received.length >= count ? resolve() : undefined);
      arrived();
    });

  it('calls on each change, signed in the new generation, with one id for each delivery', async () => {
    simulator.script({ kind: 'callbacks', mode: 'duplicate' });
    await standard({ options: { callback_url: url } });
    clock.advance(1_000);
    await until(3);
    expect(new Set(received.map(({ id }) => id)).size).toBe(1);
    clock.advance(9_000);
    await until(6);
    expect(received.map(({ status }) => status).sort()).toEqual([
      ...Array.from({ length: 3 }, () => 'processing'),
      ...Array.from({ length: 3 }, () => 'succeeded'),
    ]);
    expect(received.every(({ signed }) => signed)).toBe(true);
  });

  it('calls without a signature in the old generation', async () => {
    await legacy({ callback_url: url });
    clock.advance(10_000);
    await until(2);
    expect(received.map(({ signed }) => signed)).toEqual([false, false]);
  });

  it('can send the last one first, and a forged one', async () => {
    simulator.script({ kind: 'callbacks', mode: 'reorder' });
    await standard({ options: { callback_url: url } });
    clock.advance(1_000);
    expect(received).toEqual([]);
    clock.advance(9_000);
    await until(2);
    expect(received.map(({ status }) => status)).toEqual(['succeeded', 'processing']);
    simulator.script({ kind: 'callbacks', mode: 'forge' });
    await standard({ options: { callback_url: url } });
    clock.advance(1_000);
    await until(4);
    expect(
      received
        .slice(2)
        .map(({ status }) => status)
        .sort(),
    ).toEqual(['processing', 'succeeded']);
  });
});
