import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

/** The anime platform: what its document has its pages ask, by the document's own sections. */
jest.setTimeout(30_000);

let gateway: GatewayFixture;
let user: TestUser;

beforeAll(async () => {
  gateway = await startGateway({ PROVIDERS_ENABLED: 'animatic,hailuo,kling' });
  user = await gateway.addUser();
});
afterAll(() => gateway.close());

const ask = (path: string, json?: unknown): Promise<Answer> =>
  call(gateway, path, user, json === undefined ? {} : { json });

describe('请求格式: Image to Video', () => {
  const request = (more: object): object => ({
    ...{ prompt: 'hair in the wind', style_preset: 'ghibli', duration: 5, aspect_ratio: '9:16' },
    file_url: `/api/v1/assets/${gateway.backstage.addAsset(user).assetId}/file`,
    ...more,
  });

  it.each(['kling', 'hailuo'])('is taken for %s', async (provider) => {
    const answer = await ask('/api/v1/generate/image-to-video', request({ provider }));
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ status: 'queued', provider, style_preset: 'ghibli' });
  });

  it.each(['ghibli', 'shonen', 'seinen', 'cyberpunk_anime', 'chibi'])('takes the style %s', async (style) => {
    const body = request({ provider: 'kling', style_preset: style });
    expect((await ask('/api/v1/generate/image-to-video', body)).body).toMatchObject({ style_preset: style });
  });

  it.each([5, 10])('takes %d seconds at kling as they are', async (duration) => {
    const answer = await ask('/api/v1/generate/image-to-video', request({ provider: 'kling', duration }));
    expect(answer.body).toMatchObject({ duration });
  });

  it('knows comfyui, and says that its engine is not there', async () => {
    const answer = await ask('/api/v1/generate/image-to-video', request({ provider: 'comfyui' }));
    expect(answer.body).toMatchObject(problem(503, 'provider_unavailable'));
    const named = await ask('/api/v1/generate/text-to-video', { prompt: 'x', model: 'comfyui:wan' });
    expect(named.body).toMatchObject(problem(503, 'provider_unavailable'));
    const unknown = await ask('/api/v1/generate/text-to-video', { prompt: 'x', provider: 'nobody' });
    expect(unknown.body).toMatchObject(problem(422, 'invalid_input', ['provider']));
  });
});

describe('生成端点', () => {
  it('makes a video of words alone', async () => {
    const answer = await ask('/api/v1/generate/text-to-video', { prompt: 'waves', provider: 'hailuo' });
    expect(answer.status).toBe(202);
  });

  it('makes anime of a video, as strongly as is said', async () => {
    const { assetId } = gateway.backstage.addVideo(user);
    const body = { asset_id: assetId, model: 'animatic:animatic-1', style_preset: 'chibi', strength: 0.4 };
    const answer = await ask('/api/v1/generate/video-to-anime', body);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ strength: 0.4, style_preset: 'chibi' });
  });
});
