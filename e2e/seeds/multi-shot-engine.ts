import { newId } from '@shotloom/kernel';
import { z } from 'zod';
import { send } from '../support/api';
import {
  expectFilmAt,
  guest,
  readAs,
  refusal,
  refusedSocket,
  sample,
  ticketOf,
  Watcher,
  type Guest,
  type Scene,
} from './scene';
import { jobMessage, type JobMessage } from './socket-shapes';

/** What its Python and JavaScript clients read of a job. */
const job = z.looseObject({
  id: z.string(),
  status: z.string(),
  progress_percentage: z.number().min(0).max(100),
});
const health = z.strictObject({
  status: z.enum(['ok', 'degraded']),
  version: z.string().min(1),
  providers: z.array(z.string()),
  checks: z.record(z.string(), z.enum(['ok', 'failing'])),
});
const SHOT = { user_prompt: '森林日出', model_id: 'animatic:animatic-1', max_shots: 1 };

/** 002, the multi-shot engine: each request of its document, and the messages of its socket. */
export function servesTheMultiShotEngine(scene: () => Scene): void {
  let user: Guest;
  beforeAll(async () => {
    user = await guest(scene());
  });
  const order = async (body: object = SHOT): Promise<z.infer<typeof job>> =>
    readAs(job, await user.api.fetch('/api/v1/jobs', send(body)), 202);
  const watch = (id: string, query = ''): Promise<Watcher<JobMessage>> =>
    Watcher.open(scene(), `/ws/jobs/${id}${query}`, jobMessage, {
      protocols: ['shotloom.v1', `shotloom.key.${user.key}`],
    });

  it('1: tells its state, version and configuration to anybody', async () => {
    const response = await fetch(`${scene().platform.runtime.gatewayUrl}/api/v1/health`);
    expect(await readAs(health, response)).toMatchObject({ status: 'ok' });
  });

  it('2: lists models, and shows one by its id', async () => {
    const models = z.object({ data: z.array(z.looseObject({ id: z.string(), enabled: z.boolean() })) });
    const { data } = await readAs(models, await user.api.fetch('/api/v1/models'));
    const one = await user.api.json('/api/v1/models/replicate:svd-xt');
    expect(data).toContainEqual(one);
    expect(await refusal(user.api.fetch('/api/v1/models/nobody:x'))).toMatchObject({ status: 404 });
  });

  it.each([
    ['Python', { user_prompt: '森林日出', model_id: 'replicate:svd-xt', max_shots: 3 }],
    ['cURL', { user_prompt: '海洋波浪', max_shots: 3 }],
    ['the defaults', { user_prompt: '海洋波浪' }],
  ])('3: checks the story of %s, and says that there is no engine for it', async (_, body) => {
    const answer = await refusal(user.api.fetch('/api/v1/jobs', send(body)));
    expect(answer).toMatchObject({ status: 503, code: 'provider_unavailable' });
    expect(answer.detail).toContain('max_shots');
  });

  it.each([
    ['user_prompt', { user_prompt: '' }],
    ['user_prompt', { user_prompt: 'x'.repeat(2_001) }],
    ['user_prompt', { max_shots: 1 }],
    ['max_shots', { user_prompt: 'x', max_shots: 0 }],
    ['max_shots', { user_prompt: 'x', max_shots: 11 }],
    ['model_id', { user_prompt: 'x', max_shots: 1, model_id: 'nobody:x' }],
    // It is not switched on here.
    ['model_id', { user_prompt: 'x', max_shots: 1, model_id: 'replicate:svd-xt' }],
    ['reference_image', { ...SHOT, reference_image: 'no picture of ours' }],
  ])('3: names %s where it is wrong', async (field, body) => {
    const answer = await refusal(user.api.fetch('/api/v1/jobs', send(body)));
    expect([answer.status, answer.fields]).toEqual([expect.any(Number), [field]]);
    expect([404, 422]).toContain(answer.status);
  });

  it('4, 3 and 5: a picture and a prompt become a shot, watched by two, shown, listed, downloaded, deleted', async () => {
    const form = new FormData();
    form.set('file', await sample('coffee.png', 'image/png'), 'coffee.png');
    const upload = await user.api.fetch('/api/v1/upload', { method: 'POST', body: form });
    const { file_url } = await readAs(z.looseObject({ file_url: z.string() }), upload, 201);
    const made = await order({ ...SHOT, reference_image: file_url });
    const { id } = made;
    expect(made).toMatchObject({ status: 'queued', progress_percentage: 0, operation: 'image-to-video' });
    const watchers = await Promise.all([watch(id), watch(id)]);
    for (const watcher of watchers) {
      const end = await watcher.until('the end', ({ type }) => type === 'job_complete');
      const { messages } = watcher;
      const [first] = messages;
      expect(first).toEqual({ type: 'connected', job_id: id, message: `Connected to job ${id}` });
      expect(messages.every((message) => message.job_id === id)).toBe(true);
      expect(messages.some(({ type }) => type === 'progress')).toBe(true);
      expect(messages.at(-1)).toEqual(end);
      if (end.type === 'job_complete') await expectFilmAt(scene(), end.output_path);
      watcher.socket.terminate();
    }
    const shown = await readAs(job, await user.api.fetch(`/api/v1/jobs/${id}`));
    expect(shown).toMatchObject({ status: 'completed', progress_percentage: 100 });
    // As `requests` does, which follows.
    const file = await user.api.fetch(`/api/v1/jobs/${id}/video`, { redirect: 'follow' });
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(1_000);
    const page = z.strictObject({ data: z.array(job), next_cursor: z.string().nullable() });
    await order();
    const newest = await readAs(page, await user.api.fetch('/api/v1/jobs?limit=1'));
    expect(newest.data).toHaveLength(1);
    const cursor = encodeURIComponent(newest.next_cursor ?? '');
    const next = await readAs(page, await user.api.fetch(`/api/v1/jobs?limit=1&cursor=${cursor}`));
    expect(next.data[0]?.id).toBe(id);
    expect((await user.api.fetch(`/api/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await refusal(user.api.fetch(`/api/v1/jobs/${id}`))).toMatchObject({ status: 404 });
  });

  it('3: answers the same order under the same key with the same job', async () => {
    const again = (): Promise<Response> =>
      user.api.fetch('/api/v1/jobs', send(SHOT, { 'idempotency-key': 'one-story' }));
    const [first, second] = [await readAs(job, await again(), 202), await again()];
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect((await readAs(job, second, 202)).id).toBe(first.id);
  });

  it('5: says in one error message that a job was cancelled', async () => {
    const long = { prompt: 'pan left', model: 'animatic:animatic-1', duration: 15, size: '1080P' };
    const { id } = await user.api.post<{ id: string }>('/api/v1/generate/text-to-video', long);
    const watcher = await watch(id, `?ticket=${await ticketOf(user)}`);
    await user.api.post(`/api/v1/jobs/${id}/cancel`, {});
    const end = await watcher.until('the end', ({ type }) => type === 'error');
    expect(Object.keys(end).toSorted()).toEqual(['error', 'job_id', 'type']);
    watcher.socket.terminate();
  });

  it("gives nobody another's job, and makes nothing of another's picture", async () => {
    const { id } = await order();
    const { asset_id } = await user.api.upload();
    const stranger = await guest(scene());
    const stolen = { ...SHOT, reference_image: asset_id };
    expect(await refusal(stranger.api.fetch('/api/v1/jobs', send(stolen)))).toMatchObject({
      status: 404,
      code: 'not_found',
      fields: ['reference_image'],
    });
    for (const path of [`/api/v1/jobs/${id}`, `/api/v1/jobs/${id}/video`]) {
      expect(await refusal(stranger.api.fetch(path))).toMatchObject({ status: 404 });
    }
    expect(await refusal(stranger.api.fetch(`/api/v1/jobs/${id}`, { method: 'DELETE' }))).toMatchObject({
      status: 404,
    });
    const headers = { authorization: `Bearer ${stranger.key}` };
    expect(await refusedSocket(scene(), `/ws/jobs/${id}`, headers)).toBe(404);
    expect(await refusedSocket(scene(), `/ws/jobs/${newId()}`, headers)).toBe(404);
    expect(await refusedSocket(scene(), `/ws/jobs/${id}`)).toBe(401);
    expect((await user.api.fetch(`/api/v1/jobs/${id}`)).status).toBe(200);
  });

  it('has its documentation where it was: Swagger UI, ReDoc and OpenAPI, with all of its routes', async () => {
    const { gatewayUrl } = scene().platform.runtime;
    for (const path of ['/docs', '/redoc']) {
      const response = await fetch(gatewayUrl + path);
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        expect.stringContaining('text/html'),
      ]);
    }
    const document = (await (await fetch(`${gatewayUrl}/openapi.json`)).json()) as { paths: object };
    const paths = ['health', 'models', 'models/{id}', 'jobs', 'jobs/{id}', 'jobs/{id}/video', 'upload'];
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(paths.map((path) => `/api/v1/${path}`)),
    );
  });
}
