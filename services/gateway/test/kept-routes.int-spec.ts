import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { samplePath } from '@shotloom/testing';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

// A gateway with all that it needs takes seconds to start on a busy machine.
jest.setTimeout(30_000);

let gateway: GatewayFixture;
let user: TestUser;

beforeAll(async () => {
  gateway = await startGateway({
    PROVIDERS_ENABLED: 'animatic,hailuo,yunwu',
    CREDENTIALS_KEY: randomBytes(32).toString('base64'),
    // There is no page of a console here.
    CONSOLE_DIR: __dirname,
  });
  user = await gateway.addUser();
});
afterAll(() => gateway.close());
beforeEach(() => gateway.backstage.reset());

const ask = (path: string, json?: unknown): Promise<Answer> =>
  call(gateway, path, user, json === undefined ? {} : { json });
const photo = async (): Promise<Blob> => new Blob([new Uint8Array(await readFile(samplePath('rocket.jpg')))]);
const upload = async (): Promise<string> => {
  const form = new FormData();
  form.append('file', await photo(), 'photo.jpg');
  const { body } = await call(gateway, '/api/v1/upload', user, { method: 'POST', body: form });
  return String(body['file_url']);
};
const finish = (id: string): void => gateway.backstage.finish(id, gateway.backstage.addVideo(user));

describe('the anime platform', () => {
  it('orders a picture of a provider, which makes the nearest that it can', async () => {
    const answer = await ask('/api/v1/generate/image-to-video', {
      prompt: 'hair in the wind',
      style_preset: 'ghibli',
      provider: 'hailuo',
      duration: 5,
      aspect_ratio: '1:1',
      file_url: await upload(),
    });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      status: 'queued',
      provider: 'hailuo',
      duration: 6,
      style_preset: 'ghibli',
    });
    const adjusted = answer.body['adjustments'] as { field: string; from: unknown; to: unknown }[];
    expect(adjusted).toContainEqual(expect.objectContaining({ field: 'duration', from: 5, to: 6 }));
  });

  it('is refused what a named model cannot do', async () => {
    const body = { prompt: 'x', model: 'hailuo:hailuo-2.3', duration: 5 };
    const answer = await ask('/api/v1/generate/text-to-video', body);
    expect(answer.body).toMatchObject(problem(422, 'unsupported_by_model', ['duration']));
  });
});

describe('the multi-shot engine', () => {
  it('makes a video of a story of one shot, in the words of its order', async () => {
    const order = { user_prompt: 'sunrise in a forest', max_shots: 1, reference_image: await upload() };
    const story = await ask('/api/v1/jobs', order);
    expect(story.status).toBe(202);
    expect(story.body).toMatchObject({
      ...{ operation: 'image-to-video', prompt: 'sunrise in a forest', model: 'animatic:animatic-1' },
      ...{ status: 'queued', progress_percentage: 0 },
    });
    expect(story.headers.get('location')).toBe(`/api/v1/jobs/${String(story.body['id'])}`);
    const foreign = gateway.backstage.addAsset(await gateway.addUser()).assetId;
    const stolen = await ask('/api/v1/jobs', { ...order, reference_image: foreign });
    expect(stolen.body).toMatchObject(problem(404, 'not_found', ['reference_image']));
    const nameless = await ask('/api/v1/jobs', { ...order, model_id: 'nobody:x' });
    expect(nameless.body).toMatchObject(problem(422, 'invalid_input', ['model_id']));
  });

  it('checks a story, and says that there is no engine for it', async () => {
    const story = await ask('/api/v1/jobs', { user_prompt: 'sunrise in a forest', max_shots: 3 });
    expect(story.body).toMatchObject(problem(503, 'provider_unavailable'));
    const wrong = await ask('/api/v1/jobs', { user_prompt: '', max_shots: 11 });
    expect(wrong.body).toMatchObject(problem(422, 'invalid_input', ['user_prompt', 'max_shots']));
  });

  it('shows jobs with the fields that its clients read', async () => {
    const { body } = await ask('/api/v1/generate/text-to-video', { prompt: 'waves' });
    const job = await ask(`/api/v1/jobs/${String(body['id'])}`);
    expect(job.body).toMatchObject({ id: body['id'], progress_percentage: 0 });
    expect((await call(gateway, '/api/v1/health', null)).body).toMatchObject({ status: 'ok' });
  });
});

describe('the studio', () => {
  it('takes its form, and says that there is no engine for it', async () => {
    const form = new FormData();
    form.append('prompt', 'the camera moves in');
    form.append('image', await photo(), 'photo.jpg');
    const answer = await call(gateway, '/v1/turbodiffusion/wan22-i2v/jobs', user, {
      method: 'POST',
      body: form,
    });
    expect(answer.body).toMatchObject(problem(503, 'provider_unavailable'));
    form.set('num_steps', '5');
    const wrong = await call(gateway, '/v1/turbodiffusion/wan22-i2v/jobs', user, {
      method: 'POST',
      body: form,
    });
    expect(wrong.body).toMatchObject(problem(422, 'invalid_input', ['num_steps']));
  });

  it('shows its paths to operators alone, and finds what is not there', async () => {
    const operator = await gateway.addUser(['read', 'admin'], 'operator');
    expect((await call(gateway, '/health', null)).body).toMatchObject({ status: 'ok' });
    for (const other of [
      user,
      await gateway.addUser(['read', 'admin']),
      await gateway.addUser(['read'], 'admin'),
    ]) {
      expect((await call(gateway, '/paths', other)).body).toMatchObject(problem(403, 'forbidden'));
    }
    const { body } = await call(gateway, '/paths', operator);
    expect(body['paths']).toEqual([
      { name: 'objects', path: expect.stringMatching(/shotloom$/) as string, exists: true },
      { name: 'console', path: __dirname, exists: false },
      { name: 'temporary', path: expect.any(String) as string, exists: true },
    ]);
  });

  it('reads a job in both vocabularies, with a link when it is done', async () => {
    const { body } = await ask('/api/v1/generate/text-to-video', { prompt: 'waves' });
    const id = String(body['id']);
    const path = `/v1/turbodiffusion/jobs/${id}`;
    expect((await ask(path)).body).toEqual({ status: 'PENDING', db: { status: 'CREATED' } });
    gateway.backstage.change(id, { status: 'processing', stage: 'inputs_ready' });
    expect((await ask(path)).body).toMatchObject({ status: 'STARTED', db: { status: 'DOWNLOADED' } });
    finish(id);
    expect((await ask(path)).body).toMatchObject({
      status: 'SUCCESS',
      db: { status: 'SUCCEEDED' },
      output_url: expect.stringMatching(/^https:\/\/media\.example\//) as string,
    });
    gateway.backstage.change(id, { status: 'cancelled', output: null });
    expect((await ask(path)).body).toEqual({
      status: 'FAILURE',
      db: { status: 'FAILED' },
      error: 'cancelled',
    });
    const stranger = await gateway.addUser();
    expect((await call(gateway, path, stranger)).status).toBe(404);
  });
});

describe('the picture-to-video product', () => {
  it('orders, shows, lists and gives out a video', async () => {
    const answer = await ask('/api/v1/videos/generate', {
      prompt: 'A cinematic product showcase',
      image_url: await upload(),
      model: 'animatic-1',
      duration: 7,
      resolution: '1280x720',
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: 'pending', video_url: null, resolution: '1280x720' });
    const id = String(answer.body['id']);
    const early = await ask(`/uploads/videos/${id}.mp4`);
    expect(early.body).toMatchObject(problem(409, 'conflict'));
    finish(id);
    const video = (await ask(`/api/v1/videos/${id}`)).body;
    expect(video).toMatchObject({
      status: 'completed',
      progress: 100,
      video_url: `/uploads/videos/${id}.mp4`,
    });
    const file = await ask(String(video['video_url']));
    expect(file.status).toBe(302);
    expect(file.headers.get('location')).toMatch(/^https:\/\/media\.example\//);
    expect((await call(gateway, `/uploads/videos/${id}.mp4`, await gateway.addUser())).status).toBe(404);
    expect((await call(gateway, `/uploads/videos/${id}.mp4`, null)).status).toBe(401);
    const { data } = (await ask('/api/v1/videos')).body as { data: { id: string }[] };
    expect(data.map((listed) => listed.id)).toContain(id);
  });

  it('refuses a prompt of more than 500 characters', async () => {
    const answer = await ask('/api/v1/videos/generate', { prompt: 'x'.repeat(501) });
    expect(answer.body).toMatchObject(problem(422, 'invalid_input', ['prompt']));
  });
});

describe('the storyboard tool', () => {
  it("keeps the caller's own key at Yunwu, shown masked, and the settings that are not named", async () => {
    const [first, again] = ['/api/yunwu/config', '/api/v1/providers/yunwu/config'];
    expect((await ask(first)).body).toEqual({
      ...{ apiKey: '', model: 'grok-video-3', size: '1080P', aspectRatio: '9:16' },
      ...{ videosPerShot: 3, maxConcurrent: 3, pollInterval: 10 },
    });
    const untested = await ask('/api/yunwu/test-connection', {});
    expect(untested.body).toMatchObject(problem(409, 'conflict'));
    const saved = await ask(first, { apiKey: 'sk-visible-nowhere-x4KR', pollInterval: 20 });
    expect(saved.body).toMatchObject({ apiKey: 'sk-****x4KR', pollInterval: 20 });
    const kept = await ask(first, { apiKey: 'sk-****x4KR', maxConcurrent: 2 });
    expect(kept.body).toMatchObject({ apiKey: 'sk-****x4KR', pollInterval: 20, maxConcurrent: 2 });
    expect((await ask(again)).body).toMatchObject({ own_key: { fields: { apiKey: 'sk-****x4KR' } } });
    const mask = await ask(first, { apiKey: 'sk-****abcd' });
    expect(mask.body).toMatchObject(problem(422, 'invalid_input', ['fields.apiKey']));
    const wrong = await ask(first, { maxConcurrent: 6, model: 'kling:x' });
    expect(wrong.body).toMatchObject(problem(422, 'invalid_input', ['model', 'maxConcurrent']));
    expect((await call(gateway, first, await gateway.addUser())).body).toMatchObject({ apiKey: '' });
  });
});
