import { ManualClock, startYunwuSimulator, type YunwuSimulator } from '../src';

const KEY = 'sk-test';
const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const GROK = { model: 'grok-video-3', prompt: 'a cat', aspect_ratio: '9:16', size: '1080P', images: [] };

let clock: ManualClock;
let simulator: YunwuSimulator;
beforeEach(async () => {
  clock = new ManualClock();
  simulator = await startYunwuSimulator({
    ...{ clock, queueMs: [1_000, 1_000], runMs: [1_000, 1_000], media: { scale: 0.1 }, maxBodyBytes: 10_000 },
    ...{ accounts: [{ apiKeys: [KEY], units: 500_000 }], unitsPerVideo: 250_000 },
  });
});
afterEach(() => simulator.stop());

async function ask(path: string, json?: unknown, key = KEY) {
  const response = await fetch(`${simulator.url}${path}`, {
    method: json === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}` },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

it('makes a video: the whole id in seconds first, the bare one in milliseconds then', async () => {
  const made = await ask('/v1/video/create', GROK);
  const id = String(made.body['id']);
  expect(id).toMatch(/^grok:/);
  expect(made.body).toMatchObject({ status_update_time: Math.floor(clock.now() / 1000) });
  expect((await ask(`/v1/video/query?id=${id.slice(5)}`)).body).toMatchObject({ code: 'task_not_exist' });
  clock.advance(1_000);
  clock.advance(1_000);
  const { body } = await ask(`/v1/video/query?id=${encodeURIComponent(id)}`);
  expect(body).toMatchObject({ id: id.slice(5), status: 'completed', status_update_time: clock.now() });
  const video = await fetch(String(body['video_url']));
  expect(Buffer.from(await video.arrayBuffer()).toString('latin1', 4, 8)).toBe('ftyp');
  expect((await ask('/v1/dashboard/billing/usage')).body).toEqual({ object: 'list', total_usage: 50 });
  expect((await ask('/dashboard/billing/subscription')).body).toMatchObject({ hard_limit_usd: 1 });
  expect((await ask('/api/usage/token/')).body).toMatchObject({ data: { total_available: 250_000 } });
});

it("makes one in xAI's format", async () => {
  const order = { model: 'grok-imagine-video', prompt: 'a cat', resolution: '720p', aspect_ratio: '16:9' };
  const made = await ask('/v1/videos/generations', { ...order, duration: 8 });
  const path = `/v1/videos/${String(made.body['request_id'])}`;
  expect(await ask(path)).toMatchObject({ status: 202, body: { status: 'pending' } });
  clock.advance(1_000);
  clock.advance(1_000);
  expect(await ask(path)).toMatchObject({ status: 200, body: { status: 'done', video: { duration: 8 } } });
});

it.each<[string, object, number, object]>([
  ['a picture that is none', { images: ['!!'] }, 400, { error: { type: 'new_api_error' } }],
  ['a size', { size: '4K' }, 400, { code: 'invalid_request', data: null }],
  ['a field that is missing', { images: undefined }, 400, { code: 'invalid_request' }],
  ['a model that nobody has', { model: 'grok-video-9' }, 503, { error: {} }],
  ['a body that is too large', { prompt: 'x'.repeat(10_001) }, 413, { error: {} }],
])('refuses %s in the words of its shape', async (_what, more, status, body) =>
  expect(await ask('/v1/video/create', { ...GROK, ...more })).toMatchObject({ status, body }),
);

it('takes raw base64 and a data URI; refuses a wrong key, an unknown call, and who cannot pay', async () => {
  const images = [PICTURE, `data:image/png;base64,${PICTURE}`];
  expect((await ask('/v1/video/create', { ...GROK, images })).status).toBe(200);
  expect((await ask('/v1/video/query?id=1', undefined, 'sk-wrong')).status).toBe(401);
  expect((await ask('/v1/nothing')).body).toMatchObject({ error: { type: 'invalid_request_error' } });
  const [account] = simulator.accounts;
  if (account) account.units = 0;
  expect(await ask('/v1/video/create', GROK)).toMatchObject({
    ...{ status: 403, body: { code: 'insufficient_user_quota' } },
  });
});
