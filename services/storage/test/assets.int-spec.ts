import { readFile } from 'node:fs/promises';
import {
  deleteAssetRpc,
  describeAssetsRpc,
  getAssetRpc,
  listAssetsRpc,
  storageUsageRpc,
  type RpcRequest,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { samplePath } from '@shotloom/testing';
import { deleteMedia } from '../src/deletion/delete-media';
import { ingest } from '../src/ingest/ingest';
import { sweepOrphans } from '../src/sweep/orphan-sweep';
import { makeFilm } from './support/films';
import { keysBelow, raiseStage, rendered, type Stage } from './support/stage';
import { Visitor } from './support/visitor';

jest.setTimeout(60_000);

let stage: Stage;
let film: Buffer;
let photo: Buffer;
let other: Buffer;

beforeAll(async () => {
  [stage, film, photo, other] = await Promise.all([
    raiseStage(),
    makeFilm(),
    readFile(samplePath('chelsea.png')),
    readFile(samplePath('coffee.png')),
  ]);
}, 120_000);
afterAll(() => stage.stop());
beforeEach(() => {
  stage.jobs.needs.clear();
  stage.jobs.away = false;
});

const list = (userId: string, more: Partial<RpcRequest<typeof listAssetsRpc>> = {}) =>
  stage.bus.request(listAssetsRpc, { userId, limit: 100, ...more });
const idsOf = async (userId: string, more: Partial<RpcRequest<typeof listAssetsRpc>> = {}) =>
  (await list(userId, more)).assets.map(({ assetId }) => assetId);
const get = (userId: string, assetId: string) => stage.bus.request(getAssetRpc, { userId, assetId });
const remove = (userId: string, assetId: string) => stage.bus.request(deleteAssetRpc, { userId, assetId });
const isThere = async (key: string): Promise<boolean> => (await stage.store.stat(key)) !== undefined;

/** As if what is kept for a while had been kept long enough, and then the sweep came. */
async function sweepLater(assetId: string): Promise<void> {
  await stage.database.sql
    .updateTable('media.assets')
    .set({ objects_kept_until: new Date(Date.now() - 1_000) })
    .where('asset_id', '=', assetId)
    .execute();
  await sweepOrphans(stage.storage, { orphanAgeMs: -1_000 });
}

async function generated(ownerUserId: string) {
  const request = await rendered(stage.store, film, { ownerUserId });
  const { asset } = await ingest(stage.storage, request, newId());
  if (!asset) throw new Error('there is no video');
  return { asset, request };
}

describe('a user’s files', () => {
  it('are listed newest first in pages that lose none, also those of one moment, and by what they are', async () => {
    const visitor = new Visitor(stage);
    const uploads = [await visitor.upload(photo), await visitor.upload(other)];
    const { asset, request } = await generated(visitor.userId);
    await generated(newId());
    await stage.database.sql
      .updateTable('media.assets')
      .set({ created_at: new Date('2026-11-27T05:00:00.000Z') })
      .where('owner_user_id', '=', visitor.userId)
      .execute();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list(visitor.userId, { limit: 1, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.assets.map(({ assetId }) => assetId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    const all = [...uploads.map(({ assetId }) => assetId), asset.asset_id];
    expect(seen.toSorted()).toEqual(all.toSorted());
    expect(seen).toEqual(await idsOf(visitor.userId));
    expect(await idsOf(visitor.userId, { kind: 'video' })).toEqual([asset.asset_id]);
    expect(await idsOf(visitor.userId, { origin: 'generated' })).toEqual([asset.asset_id]);
    expect(await idsOf(visitor.userId, { contentType: 'image/png' })).toHaveLength(2);
    expect((await get(visitor.userId, asset.asset_id)).asset).toMatchObject({ jobId: request.jobId });
    await expect(list(visitor.userId, { cursor: 'no cursor' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('are neither shown to others nor deleted by them', async () => {
    const [visitor, stranger] = [new Visitor(stage), new Visitor(stage)];
    const { assetId } = await visitor.upload(photo);
    expect(await idsOf(stranger.userId)).toEqual([]);
    expect((await get(stranger.userId, assetId)).asset).toBeNull();
    await expect(remove(stranger.userId, assetId)).rejects.toMatchObject({ code: 'not_found' });
    expect((await get(visitor.userId, assetId)).asset).toMatchObject({ assetId });
  });
});

describe('deleting a file', () => {
  it('frees the quota at once, whatever uploads brought it, and lets its bytes go later', async () => {
    const visitor = new Visitor(stage);
    const asset = await visitor.upload(photo);
    expect((await visitor.upload(photo)).assetId).toBe(asset.assetId);
    await remove(visitor.userId, asset.assetId);
    const usage = await stage.bus.request(storageUsageRpc, { userId: visitor.userId });
    expect(usage).toMatchObject({ files: 0, usedBytes: 0 });
    expect(await idsOf(visitor.userId)).toEqual([]);
    await expect(remove(visitor.userId, asset.assetId)).rejects.toMatchObject({ code: 'not_found' });
    expect(await isThere(asset.objectKey)).toBe(true);
    await sweepLater(asset.assetId);
    expect(await isThere(asset.objectKey)).toBe(false);
    expect((await visitor.upload(photo)).assetId).not.toBe(asset.assetId);
  });

  it('is refused while a job needs it, and while nobody can say', async () => {
    const visitor = new Visitor(stage);
    const { assetId } = await visitor.upload(photo);
    const jobId = newId();
    stage.jobs.needs.set(jobId, [assetId]);
    await expect(remove(visitor.userId, assetId)).rejects.toMatchObject({
      code: 'conflict',
      details: { reason: 'asset_in_use', job_ids: [jobId] },
    });
    stage.jobs.needs.clear();
    stage.jobs.away = true;
    await expect(remove(visitor.userId, assetId)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await idsOf(visitor.userId)).toEqual([assetId]);
  });

  it('is refused for what a job made', async () => {
    const userId = newId();
    const { asset, request } = await generated(userId);
    await expect(remove(userId, asset.asset_id)).rejects.toMatchObject({
      code: 'conflict',
      details: { reason: 'made_by_job', job_id: request.jobId },
    });
  });
});

describe('a job that waits for days', () => {
  it('keeps the source that its owner gave up meanwhile, until it has ended', async () => {
    const visitor = new Visitor(stage);
    const { assetId, objectKey } = await visitor.upload(photo);
    await remove(visitor.userId, assetId);
    // It was accepted a moment before.
    stage.jobs.needs.set(newId(), [assetId]);
    await sweepLater(assetId);
    await sweepLater(assetId);
    expect(await isThere(objectKey)).toBe(true);
    stage.jobs.needs.clear();
    stage.jobs.away = true;
    await sweepLater(assetId);
    expect(await isThere(objectKey)).toBe(true);
    stage.jobs.away = false;
    await sweepLater(assetId);
    expect(await isThere(objectKey)).toBe(false);
  });

  it.each(['asset', 'attempt'] as const)(
    'keeps the video of a job that is deleted, by its %s',
    async (by) => {
      const userId = newId();
      const { asset, request } = await generated(userId);
      stage.jobs.needs.set(newId(), [asset.asset_id]);
      const { attemptId } = request;
      const which =
        by === 'asset' ? { assetId: asset.asset_id, attemptId: null } : { assetId: null, attemptId };
      await deleteMedia(stage.storage, { ownerUserId: userId, objectKeys: [], ...which });
      const question = { userId, assetIds: [asset.asset_id], expiresInSeconds: 60 };
      expect((await stage.bus.request(describeAssetsRpc, question)).assets).toEqual([]);
      await sweepOrphans(stage.storage, { orphanAgeMs: -1_000 });
      expect(await keysBelow(stage.store, `attempts/${attemptId}/`)).toEqual([asset.object_key]);
      stage.jobs.needs.clear();
      await sweepLater(asset.asset_id);
      expect(await keysBelow(stage.store, `attempts/${attemptId}/`)).toEqual([]);
    },
  );
});
