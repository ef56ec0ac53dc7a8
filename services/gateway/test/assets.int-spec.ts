import { newId } from '@shotloom/kernel';
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

beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(async () => {
  user = await gateway.addUser(['generate', 'read']);
});
afterAll(() => gateway.close());

const ask = (path: string, method = 'GET', by = user): Promise<Answer> =>
  call(gateway, `/api/v1/assets${path}`, by, { method });
const idsOf = (answer: Answer): string[] =>
  (answer.body['data'] as { asset_id: string }[]).map((asset) => asset.asset_id);

it('lists what is the caller’s, newest first, page by page, and by kind, origin and type', async () => {
  const picture = gateway.backstage.addAsset(user);
  const video = gateway.backstage.addVideo(user, { origin: 'generated' });
  gateway.backstage.addAsset(await gateway.addUser());
  const first = await ask('?limit=1');
  expect(first.body['data']).toMatchObject([
    {
      asset_id: video.assetId,
      file_url: expect.stringContaining(`/api/v1/assets/${video.assetId}/file`) as string,
      origin: 'generated',
    },
  ]);
  const second = await ask(`?limit=1&cursor=${String(first.body['next_cursor'])}`);
  expect([idsOf(second), second.body['next_cursor']]).toEqual([[picture.assetId], null]);
  expect(idsOf(await ask('?kind=video'))).toEqual([video.assetId]);
  expect(idsOf(await ask('?origin=upload'))).toEqual([picture.assetId]);
  expect(idsOf(await ask('?content_type=image/jpeg'))).toEqual([picture.assetId]);
});

it.each([
  ['?kind=sound', 'kind'],
  ['?origin=stolen', 'origin'],
  ['?content_type=text/html', 'content_type'],
  ['?limit=0', 'limit'],
  ['?owner=somebody', 'owner'],
])('refuses %s, and names the field', async (query, field) => {
  expect((await ask(query)).body).toMatchObject(problem(422, 'invalid_input', [field]));
});

it('tells what one is, deletes it once, and says why not while jobs need it', async () => {
  const { assetId } = gateway.backstage.addAsset(user);
  expect((await ask(`/${assetId}`)).body).toMatchObject({ asset_id: assetId, job_id: null, kind: 'image' });
  const jobIds = [newId()];
  gateway.backstage.files.needed.set(assetId, jobIds);
  const refused = await ask(`/${assetId}`, 'DELETE');
  expect(refused.body).toMatchObject({
    ...problem(409, 'conflict'),
    reason: 'asset_in_use',
    job_ids: jobIds,
  });
  gateway.backstage.files.needed.delete(assetId);
  expect((await ask(`/${assetId}`, 'DELETE')).status).toBe(204);
  expect((await ask(`/${assetId}`, 'DELETE')).body).toMatchObject(problem(404, 'not_found'));
  expect((await ask(`/${assetId}`)).body).toMatchObject(problem(404, 'not_found'));
});

it('tells what the plan no longer keeps apart from what never was', async () => {
  const { assetId } = gateway.backstage.addAsset(user);
  gateway.backstage.expired.set(assetId, '2026-11-01T00:00:00.000Z');
  expect((await ask(`/${assetId}`)).body).toMatchObject(problem(410, 'gone'));
  expect((await ask('/no-id-at-all')).body).toMatchObject(problem(404, 'not_found'));
});

it('deletes nothing for a key that may only read', async () => {
  const reader = await gateway.addUser(['read']);
  const { assetId } = gateway.backstage.addAsset(reader);
  expect((await ask(`/${assetId}`, 'DELETE', reader)).status).toBe(403);
  expect((await ask(`/${assetId}`, 'GET', reader)).status).toBe(200);
});
