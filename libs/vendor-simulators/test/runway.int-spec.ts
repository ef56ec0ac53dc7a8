import RunwayML, { toFile } from '@runwayml/sdk';
import { ManualClock, startRunwaySimulator, type RunwaySimulator } from '../src';

const PICTURE = 'https://pictures.example/a.png';
/** Of base64, as much as a data URI may have and its own head more. */
const LARGE = 'A'.repeat(5 * 1024 * 1024);
const DAY_MS = 24 * 3_600_000;

let simulator: RunwaySimulator;
let clock: ManualClock;
let runway: RunwayML;
beforeEach(async () => {
  clock = new ManualClock(1_800_000_000_000);
  simulator = await startRunwaySimulator({
    ...{ clock, queueMs: [1_000, 1_000], runMs: [60_000, 60_000], media: { scale: 0.1 } },
    accounts: [{ apiKeys: ['key_a'], concurrency: 2, dailyGenerations: 4, units: 1_000 }],
  });
  runway = clientOf('key_a');
});
afterEach(() => simulator.stop());

const clientOf = (apiKey: string, maxRetries = 0): RunwayML =>
  new RunwayML({ apiKey, baseURL: simulator.url, maxRetries });
const turbo = (more: object = {}) =>
  runway.imageToVideo.create({
    ...{ model: 'gen4_turbo', promptImage: PICTURE, ratio: '1280:720', duration: 5 },
    ...more,
  });
const finish = (): void => {
  clock.advance(1_000);
  clock.advance(60_000);
};
async function call(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${simulator.url}/v1${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer key_a', 'x-runway-version': '2024-11-06', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

it('takes a task from PENDING to a video, with its progress and its cost', async () => {
  const { id, estimatedCost } = await turbo();
  expect({ id, estimatedCost }).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/) as string,
    estimatedCost: { credits: 25 },
  });
  expect((await runway.tasks.retrieve(id)).status).toBe('PENDING');
  clock.advance(1_000);
  clock.advance(30_000);
  expect(await runway.tasks.retrieve(id)).toMatchObject({ status: 'RUNNING', progress: 0.5 });
  clock.advance(30_000);
  const done = await runway.tasks.retrieve(id);
  expect(done).toMatchObject({ status: 'SUCCEEDED', cost: { credits: 25 } });
  const link = done.status === 'SUCCEEDED' ? (done.output[0] ?? '') : '';
  const video = Buffer.from(await (await fetch(link)).arrayBuffer());
  expect(video.toString('latin1', 4, 8)).toBe('ftyp');
  clock.advance(DAY_MS);
  expect((await fetch(link)).status).toBe(403);
  expect((await runway.organization.retrieve()).creditBalance).toBe(975);
  const { results } = await runway.organization.retrieveUsage();
  expect(results.flatMap(({ usedCredits }) => usedCredits)).toEqual([{ model: 'gen4_turbo', amount: 25 }]);
}, 30_000);

it('throttles what is too much at a time, and goes on by itself', async () => {
  const ids: string[] = [];
  for (let count = 0; count < 3; count += 1) ids.push((await turbo()).id);
  clock.advance(1_000);
  const words = () => Promise.all(ids.map(async (id) => (await runway.tasks.retrieve(id)).status));
  expect(await words()).toEqual(['RUNNING', 'RUNNING', 'THROTTLED']);
  clock.advance(60_000);
  expect(await words()).toEqual(['SUCCEEDED', 'SUCCEEDED', 'RUNNING']);
  await turbo();
  await expect(turbo()).rejects.toMatchObject({ status: 429 });
});

it('stops what works, deletes what has ended, and shows neither again', async () => {
  const [working, waiting] = [await turbo(), await turbo()];
  const held = await turbo();
  clock.advance(1_000);
  await runway.tasks.delete(working.id);
  expect((await runway.tasks.retrieve(held.id)).status).toBe('RUNNING');
  await expect(runway.tasks.retrieve(working.id)).rejects.toMatchObject({ status: 404 });
  clock.advance(60_000);
  const done = await runway.tasks.retrieve(waiting.id);
  await runway.tasks.delete(waiting.id);
  expect((await fetch(done.status === 'SUCCEEDED' ? (done.output[0] ?? '') : '')).status).toBe(404);
});

it('takes files to a store of its own, without a key, and knows them for a day', async () => {
  const { uri } = await runway.uploads.createEphemeral({
    file: await toFile(Buffer.from('a picture'), 'a.png'),
  });
  expect(uri).toMatch(/^runway:\/\//);
  expect((await turbo({ promptImage: uri })).id).toBeTruthy();
  clock.advance(DAY_MS);
  await expect(turbo({ promptImage: uri })).rejects.toMatchObject({ status: 400 });
  const { body } = await call('/uploads', { filename: 'a.png', type: 'ephemeral' });
  const form = new FormData();
  form.append('key', 'somebody-elses');
  form.append('file', new Blob(['x']));
  expect((await fetch(String(body['uploadUrl']), { method: 'POST', body: form })).status).toBe(403);
});

it.each<[string, string, object]>([
  ['a ratio in other words', '/image_to_video', { ratio: '16:9' }],
  ['the ratio of an older model', '/image_to_video', { ratio: '1280:768' }],
  ['a model that is gone', '/image_to_video', { model: 'gen3a_turbo' }],
  ['11 seconds', '/image_to_video', { duration: 11 }],
  ['a long prompt', '/image_to_video', { promptText: 'x'.repeat(1_001) }],
  ['http', '/image_to_video', { promptImage: 'http://pictures.example/a.png' }],
  ['an address without a name', '/image_to_video', { promptImage: 'https://127.0.0.1/a.png' }],
  ['a long address', '/image_to_video', { promptImage: `${PICTURE}?${'x'.repeat(2_048)}` }],
  ['5 MB in a data URI', '/image_to_video', { promptImage: `data:image/png;base64,${LARGE}` }],
  ['a GIF', '/image_to_video', { promptImage: 'data:image/gif;base64,AAAA' }],
  ['a last frame alone', '/image_to_video', { promptImage: [{ uri: PICTURE, position: 'last' }] }],
  ['an upload that is not there', '/image_to_video', { promptImage: 'runway://nothing' }],
  ['gen4.5 without a prompt', '/image_to_video', { model: 'gen4.5' }],
  ['a field that the model does not have', '/image_to_video', { negativePrompt: 'blur' }],
  ['gen4_turbo without a picture', '/text_to_video', { promptImage: undefined }],
  [
    'a square of gen4.5 from text',
    '/text_to_video',
    { model: 'gen4.5', promptText: 'a cat', ratio: '960:960', promptImage: undefined },
  ],
])('refuses %s', async (_what, path, more) => {
  const good = { model: 'gen4_turbo', promptImage: PICTURE, ratio: '1280:720', duration: 5 };
  expect(await call(path, { ...good, ...more })).toMatchObject({
    ...{ status: 400, body: { error: expect.any(String) as string } },
  });
  expect(simulator.tasks()).toEqual([]);
});

it('wants its version, its key, and credits', async () => {
  expect((await call('/text_to_video', {}, { 'x-runway-version': '2023-01-01' })).status).toBe(400);
  await expect(clientOf('key_b').organization.retrieve()).rejects.toMatchObject({ status: 401 });
  const sound = { model: 'veo3.1', promptText: 'a cat', ratio: '1920:1080', duration: 8 } as const;
  for (let count = 0; count < 3; count += 1) await runway.textToVideo.create(sound);
  finish();
  expect(simulator.tasks().map(({ cost }) => cost)).toEqual(['320', '320', '']);
  await expect(runway.textToVideo.create({ ...sound, audio: false, duration: 8 })).resolves.toBeTruthy();
  clock.advance(60_000);
  expect(await call('/text_to_video', { ...sound, model: 'veo3.1_fast' })).toMatchObject({ status: 400 });
});

it('says why a task failed, and takes what it does not give back', async () => {
  const failed = await turbo({ promptText: '[sim:fail]' });
  const rejected = await turbo({ promptText: '[sim:reject]' });
  finish();
  expect(await runway.tasks.retrieve(failed.id)).toMatchObject({
    ...{ status: 'FAILED', failureCode: 'INTERNAL', cost: { credits: 0 } },
  });
  expect(await runway.tasks.retrieve(rejected.id)).toMatchObject({
    ...{ status: 'FAILED', failureCode: 'SAFETY.INPUT.TEXT', cost: { credits: 25 } },
  });
  expect((await runway.organization.retrieve()).creditBalance).toBe(975);
});

it("shows why our adapter has no SDK: the vendor's client sends a create again when its answer is lost", async () => {
  simulator.script({ kind: 'cut', accepted: true });
  runway = clientOf('key_a', 2);
  await turbo();
  expect(simulator.tasks()).toHaveLength(2);
}, 30_000);
