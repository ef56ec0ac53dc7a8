import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

jest.setTimeout(30_000);

let gateway: GatewayFixture;
let user: TestUser;
let other: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.addUser();
  other = await gateway.addUser();
});
afterAll(() => gateway.close());

describe('models', () => {
  it('are listed with price and whether they are on', async () => {
    const { body } = await call(gateway, '/api/v1/models', user);
    expect(body['data']).toContainEqual(
      expect.objectContaining({ id: 'animatic:animatic-1', enabled: true, reason: null }),
    );
    expect(body['data']).toContainEqual(
      expect.objectContaining({
        id: 'kling:kling-2.6',
        enabled: false,
        reason: expect.stringContaining('not switched on') as string,
      }),
    );
    expect((await call(gateway, '/api/v1/models/animatic:animatic-1', user)).body).toMatchObject({
      enabled: true,
    });
    expect((await call(gateway, '/api/v1/models/no:model', user)).body).toMatchObject(
      problem(404, 'not_found'),
    );
    const presets = await call(gateway, '/api/v1/style-presets', user);
    expect(presets.body['data']).toHaveLength(5);
  });

  it('are refused with the reason where their provider is off', async () => {
    const off = await startGateway({ PROVIDERS_ENABLED: 'kling' });
    try {
      const someone = await off.addUser();
      const json = { prompt: 'a', model: 'animatic:animatic-1' };
      const answer = await call(off, '/api/v1/generate/text-to-video', someone, { json });
      expect(answer.body).toMatchObject(problem(422, 'unsupported_by_model', ['model']));
      expect(answer.body['detail']).toContain('not switched on');
    } finally {
      await off.close();
    }
  });
});

describe('jobs', () => {
  const makeJob = async (): Promise<string> =>
    String(
      (await call(gateway, '/api/v1/generate/text-to-video', user, { json: { prompt: 'a boat' } })).body[
        'id'
      ],
    );
  const get = (path: string, who = user): Promise<Answer> => call(gateway, `/api/v1/jobs${path}`, who);

  it('are shown to their owner, and to nobody else', async () => {
    const id = await makeJob();
    expect((await get(`/${id}`)).body).toMatchObject({ id, status: 'queued' });
    for (const suffix of ['', '/video', '/links']) {
      expect((await get(`/${id}${suffix}`, other)).body).toMatchObject(problem(404, 'not_found'));
    }
    for (const [path, method] of [
      [`/api/v1/jobs/${id}/cancel`, 'POST'],
      [`/api/v1/jobs/${id}`, 'DELETE'],
    ] as const) {
      expect((await call(gateway, path, other, { method })).body).toMatchObject(problem(404, 'not_found'));
    }
    expect((await get(`/${id}`)).status).toBe(200);
  });

  it('are not looked up by what is no id', async () => {
    expect((await get('/1')).body).toMatchObject({
      ...problem(404, 'not_found'),
      detail: 'There is no job 1.',
    });
    expect((await call(gateway, '/api/v1/assets/1/file', user)).status).toBe(404);
  });

  it('are listed by the page, and a wrong query is refused field by field', async () => {
    await makeJob();
    await makeJob();
    const page = await get(
      '?limit=1&status=queued,failed&provider=animatic&created_from=2026-01-01T00:00:00Z',
    );
    expect(page.body).toMatchObject({ next_cursor: 'more' });
    expect(gateway.backstage.listed.at(-1)).toMatchObject({
      limit: 1,
      statuses: ['queued', 'failed'],
      provider: 'animatic',
      createdFrom: '2026-01-01T00:00:00Z',
    });
    const wrong = await get('?limit=101&status=nope&foo=1');
    expect(wrong.body).toMatchObject({ status: 422, code: 'invalid_input' });
    const fields = (wrong.body['errors'] as { field: string }[]).map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(['limit', 'status.0', 'foo']));
  });

  it('are cancelled and deleted', async () => {
    const id = await makeJob();
    const cancelled = await call(gateway, `/api/v1/jobs/${id}/cancel`, user, { method: 'POST' });
    expect(cancelled).toMatchObject({ status: 202, body: { id, status: 'cancelled' } });
    const deleted = await call(gateway, `/api/v1/jobs/${id}`, user, { method: 'DELETE' });
    expect(deleted).toMatchObject({ status: 204, text: '' });
    expect((await get(`/${id}`)).status).toBe(404);
  });

  it('have no video before the end, and then one by a link that nobody keeps', async () => {
    const id = await makeJob();
    expect((await get(`/${id}/video`)).body).toMatchObject({
      ...problem(409, 'conflict'),
      job_status: 'queued',
    });
    const asset = gateway.backstage.addVideo(user);
    gateway.backstage.finish(id, asset);
    const video = await get(`/${id}/video`);
    expect(video.status).toBe(302);
    expect(video.headers.get('location')).toBe(`https://media.example/${asset.objectKey}?sig=1`);
    expect(video.headers.get('cache-control')).toBe('no-store');
    expect((await get(`/${id}/links`)).body).toMatchObject({
      video_url: `https://media.example/${asset.objectKey}?sig=1`,
      poster_url: null,
    });
    const conflict = await call(gateway, `/api/v1/jobs/${id}/cancel`, user, { method: 'POST' });
    expect(conflict.body).toMatchObject(problem(409, 'conflict'));
    const file = await call(gateway, `/api/v1/assets/${asset.assetId}/file`, user);
    expect(file.status).toBe(302);
    expect((await call(gateway, `/api/v1/assets/${asset.assetId}/file`, other)).status).toBe(404);
  });

  it('show what was made of their video, and say so when the plan no longer kept it', async () => {
    const id = await makeJob();
    const asset = gateway.backstage.addVideo(user);
    gateway.backstage.finish(id, asset);
    expect((await get(`/${id}`)).body['output']).toMatchObject({ thumbnail_url: null, spritesheet: null });
    expect((await get(`/${id}/preview`)).body).toMatchObject(problem(404, 'not_found'));
    gateway.backstage.decorate(asset);
    const root = `/api/v1/jobs/${id}`;
    const shown = {
      thumbnail_url: `${root}/thumbnail`,
      preview_url: `${root}/preview`,
      compressed_url: null,
      spritesheet: { url: `${root}/spritesheet`, columns: 3, rows: 2, frames: 6, interval_seconds: 0.5 },
      has_audio: true,
    };
    expect((await get(`/${id}`)).body['output']).toMatchObject(shown);
    const { body } = await call(gateway, '/api/v1/jobs?limit=100', user);
    const listed = (body['data'] as { id: string; output: unknown }[]).find((job) => job.id === id);
    expect(listed?.output).toMatchObject(shown);
    for (const kind of ['preview', 'spritesheet']) {
      const answer = await get(`/${id}/${kind}`);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([302, 'no-store']);
      expect(answer.headers.get('location')).toContain(`/renditions/${asset.assetId}/${kind}?sig=1`);
    }
    const track = await fetch(`${gateway.url}${root}/spritesheet.vtt`, {
      headers: { authorization: `Bearer ${user.apiKey}` },
    });
    expect(track.headers.get('content-type')).toBe('text/vtt; charset=utf-8');
    expect(await track.text()).toMatch(/^WEBVTT\n\n00:00:00\.000 --> 00:00:00\.500\n.+#xywh=0,0,160,90/);
    expect((await get(`/${id}/video?quality=compressed`)).body).toMatchObject(problem(404, 'not_found'));
    expect((await get(`/${id}/video?quality=huge`)).body).toMatchObject(
      problem(422, 'invalid_input', ['quality']),
    );
    gateway.backstage.expired.set(asset.assetId, '2026-11-01T00:00:00.000Z');
    const gone = await get(`/${id}/video`);
    expect(gone.body).toMatchObject({ ...problem(410, 'gone'), expired_at: '2026-11-01T00:00:00.000Z' });
    expect(gone.body['detail']).toContain('2026-11-01');
    expect((await get(`/${id}`)).body['output']).toMatchObject({ expired_at: '2026-11-01T00:00:00.000Z' });
  });
});
