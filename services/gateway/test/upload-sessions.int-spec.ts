import { newId } from '@shotloom/kernel';
import { call, problem, startGateway, type GatewayFixture, type TestUser } from './gateway-fixture';
import { NOTHING_THERE } from './upload-desk';

jest.setTimeout(60_000);

let gateway: GatewayFixture;
let user: TestUser;

beforeAll(async () => {
  gateway = await startGateway({ IMPORT_WAIT_SECONDS: '1' });
  user = await gateway.addUser();
});
afterAll(() => gateway.close());
beforeEach(() => {
  const { uploads } = gateway.backstage;
  uploads.onImport = () => ({});
  uploads.deleted.length = 0;
  uploads.imported.length = 0;
  gateway.backstage.reset();
});

const post = (path: string, json: object, by = user) => call(gateway, path, by, { json });
const PICTURE = { content_type: 'image/png', size_bytes: 1_000 };

it('opens an upload, tells of it, completes and deletes it', async () => {
  const opened = await post('/api/v1/uploads', { ...PICTURE, file_name: '../../a/cat.png' });
  expect(opened).toMatchObject({
    status: 201,
    body: {
      state: 'open',
      way: 'direct',
      file_name: 'cat.png',
      upload: null,
      put: { method: 'PUT', headers: { 'content-type': 'image/png' } },
    },
  });
  expect(opened.headers.get('cache-control')).toBe('no-store');
  const path = opened.headers.get('location') ?? '';
  const completed = await post(`${path}/complete`, {});
  expect(completed).toMatchObject({
    status: 200,
    body: { asset_id: opened.body['id'], file_url: expect.stringContaining('/file') as string },
  });
  expect((await call(gateway, path, user)).body).toMatchObject({
    state: 'completed',
    upload: completed.body,
  });
  expect((await call(gateway, path, user, { method: 'DELETE' })).status).toBe(204);
});

it.each([
  ['another type', { ...PICTURE, content_type: 'image/svg+xml' }, 'content_type'],
  ['no size', { content_type: 'image/png' }, 'size_bytes'],
  ['a size of nothing', { ...PICTURE, size_bytes: 0 }, 'size_bytes'],
  ['half a checksum', { ...PICTURE, sha256: 'abc' }, 'sha256'],
  ['a field that is not known', { ...PICTURE, object_key: 'x' }, 'object_key'],
])('refuses %s', async (_, body, field) => {
  expect((await post('/api/v1/uploads', body)).body).toMatchObject(problem(422, 'invalid_input', [field]));
});

it('sends the limits of the plan along, which are the installation’s where the plan says nothing', async () => {
  await post('/api/v1/uploads', PICTURE);
  expect(gateway.backstage.uploads.opened.at(-1)?.limits).toEqual({
    imageMaxBytes: 10 * 1024 ** 2,
    videoMaxBytes: 200 * 1024 ** 2,
    videoMaxSeconds: 60,
    quotaBytes: 20 * 1024 ** 3,
  });
  const another = await gateway.addUser();
  await gateway.database.sql
    .updateTable('identity.plans')
    .set({ upload_video_max_seconds: 20, storage_quota_bytes: 5_000 })
    .execute();
  await post('/api/v1/uploads', PICTURE, another);
  expect(gateway.backstage.uploads.opened.at(-1)?.limits).toMatchObject({
    videoMaxSeconds: 20,
    quotaBytes: 5_000,
  });
  expect((await call(gateway, '/api/v1/storage', another)).body).toMatchObject({
    used_bytes: 7,
    reserved_bytes: 3,
    quota_bytes: 5_000,
    video_max_seconds: 20,
  });
});

describe('files of other servers', () => {
  const URL = 'https://pictures.example/a/cat.png?secret=1';
  const order = (body: object) =>
    post('/api/v1/generate/image-to-video', { prompt: 'x', model: 'animatic:animatic-1', ...body });
  const arrives = (): void => {
    gateway.backstage.uploads.onImport = ({ uploadId }) => {
      const asset = { ...gateway.backstage.addAsset(user), assetId: uploadId };
      gateway.backstage.assets.set(uploadId, asset);
      return { state: 'completed', asset };
    };
  };

  it('are imported where a route asks for it, and ours are not', async () => {
    const answer = await post('/api/v1/uploads/import', { url: URL });
    expect(answer).toMatchObject({
      status: 202,
      body: { way: 'import', state: 'open', file_name: 'cat.png' },
    });
    expect(answer.text).not.toContain('secret');
    const asset = gateway.backstage.addAsset(user);
    for (const origin of ['https://video.example', gateway.url]) {
      const own = await post('/api/v1/uploads/import', {
        url: `${origin}/api/v1/assets/${asset.assetId}/file`,
      });
      expect(own.body).toMatchObject({ state: 'completed', upload: { asset_id: asset.assetId } });
    }
    const strangers = gateway.backstage.addAsset({ userId: newId(), accountId: newId() });
    const foreign = { url: `https://video.example/api/v1/assets/${strangers.assetId}/file` };
    expect((await post('/api/v1/uploads/import', foreign)).body).toMatchObject(problem(404, 'not_found'));
    expect(gateway.backstage.uploads.imported.map(({ url }) => url)).toEqual([URL]);
  });

  it.each(['ftp://files.example/a.png', 'javascript:alert(1)', 'not a url'])('refuses %s', async (url) => {
    expect((await post('/api/v1/uploads/import', { url })).body).toMatchObject(
      problem(422, 'invalid_input', ['url']),
    );
  });

  it('become the source of an order, once each', async () => {
    arrives();
    const answer = await order({ file_url: URL });
    expect(answer.status).toBe(202);
    const [{ uploadId } = { uploadId: '' }] = gateway.backstage.uploads.imported;
    expect(gateway.backstage.accepted[0]?.request.inputs).toMatchObject([{ assetId: uploadId }]);
    expect(gateway.backstage.uploads.deleted).toEqual([]);
  });

  it('that the user had already stay held by the upload that brought them', async () => {
    const had = gateway.backstage.addAsset(user);
    gateway.backstage.uploads.onImport = () => ({ state: 'completed', asset: had });
    expect((await order({ file_url: URL })).status).toBe(202);
    expect(gateway.backstage.uploads.deleted).toEqual(
      gateway.backstage.uploads.imported.map(({ uploadId }) => uploadId),
    );
  });

  it('are given back where the order is refused', async () => {
    arrives();
    expect((await order({ file_url: URL, duration: 99 })).status).toBe(422);
    expect(gateway.backstage.uploads.deleted).toHaveLength(1);
  });

  it('that cannot be had are a problem of their field', async () => {
    gateway.backstage.uploads.onImport = () => NOTHING_THERE;
    const answer = await order({ file_url: URL });
    expect(answer.body).toMatchObject({
      ...problem(422, 'invalid_input', ['file_url']),
      reason: 'import_refused',
    });
    expect(gateway.backstage.accepted).toEqual([]);
  });

  it('that take too long are waited for by whoever wants them', async () => {
    const answer = await order({ file_url: URL });
    expect(answer.body).toMatchObject({
      ...problem(503, 'unavailable', ['file_url']),
      upload_id: gateway.backstage.uploads.imported[0]?.uploadId,
    });
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(gateway.backstage.uploads.deleted).toEqual([]);
  });

  it('are not fetched for a price', async () => {
    const body = { operation: 'image-to-video', prompt: 'x', model: 'animatic:animatic-1', file_url: URL };
    expect((await post('/api/v1/quote', body)).status).toBe(422);
    expect(gateway.backstage.uploads.imported).toEqual([]);
  });
});
