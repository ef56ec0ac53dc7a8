import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  completeUploadRpc,
  deleteUploadRpc,
  describeAssetsRpc,
  getUploadRpc,
  registerUploadRpc,
  storageUsageRpc,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { samplePath } from '@shotloom/testing';
import { deleteMedia } from '../src/deletion/delete-media';
import { sweepOrphans } from '../src/sweep/orphan-sweep';
import { Completions } from '../src/uploads/completions';
import { sweepIncoming } from '../src/uploads/sweep-incoming';
import { sweepUploads } from '../src/uploads/sweep-uploads';
import { makeFilm } from './support/films';
import { keysBelow, raiseStage, uploaded, type Stage } from './support/stage';
import { LIMITS, send, sha256Of, Visitor } from './support/visitor';

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

const living = async (userId: string, assetIds: string[]): Promise<string[]> => {
  const question = { userId, assetIds, expiresInSeconds: 60 };
  return (await stage.bus.request(describeAssetsRpc, question)).assets.map(({ assetId }) => assetId);
};
const usage = (userId: string) => stage.bus.request(storageUsageRpc, { userId });
const give = (visitor: Visitor, uploadId: string) =>
  stage.bus.request(deleteUploadRpc, { uploadId, userId: visitor.userId });

describe('a signed PUT', () => {
  it('becomes the asset that its content says; completing again gives the same', async () => {
    const visitor = new Visitor(stage);
    const { upload, put } = await visitor.open(photo, { sha256: sha256Of(photo), contentType: 'image/jpeg' });
    await expect(visitor.complete(upload.uploadId)).rejects.toMatchObject({ code: 'conflict' });
    expect(await send(put, photo)).toBe(200);
    const [first, second] = await Promise.all([
      visitor.complete(upload.uploadId),
      visitor.complete(upload.uploadId),
    ]);
    expect(first).toMatchObject({
      assetId: upload.uploadId,
      contentType: 'image/png',
      sizeBytes: photo.length,
      sha256: sha256Of(photo),
      fileName: 'cat.png',
    });
    expect(second).toEqual(first);
    expect(await visitor.complete(upload.uploadId)).toEqual(first);
    expect(await visitor.find(upload.uploadId)).toMatchObject({ state: 'completed', asset: first });
    expect(await keysBelow(stage.store, `incoming/${upload.uploadId}/`)).toEqual([]);
    expect(await keysBelow(stage.store, `uploads/${upload.uploadId}/`)).toEqual([first.objectKey]);
  });

  it('keeps what was looked at, whatever is sent to the URL afterwards', async () => {
    const visitor = new Visitor(stage);
    const { upload, put } = await visitor.open(photo);
    await send(put, photo);
    const asset = await visitor.complete(upload.uploadId);
    const forged = Buffer.alloc(photo.length, 'x');
    expect(await send(put, forged)).toBe(200);
    expect(await visitor.complete(upload.uploadId)).toEqual(asset);
    expect((await stage.store.stat(asset.objectKey))?.size).toBe(photo.length);
    const { body } = await stage.store.get(asset.objectKey);
    expect(sha256Of(Buffer.concat((await Readable.from(body).toArray()) as Buffer[]))).toBe(asset.sha256);
  });

  it.each([
    ['another checksum', { sha256: 'a'.repeat(64) }, 'photo', 'sha256'],
    ['no picture at all', {}, 'text', 'file'],
    ['fewer bytes than announced', { sizeBytes: 400_000 }, 'short', 'size_bytes'],
    ['a video that is cut off', { contentType: 'video/mp4' }, 'cut', 'file'],
  ] as const)('refuses %s, and takes the right bytes after that', async (_, more, what, field) => {
    const bodies = {
      photo,
      text: Buffer.from('just text, and no picture'),
      short: photo.subarray(0, 1_000),
      cut: film.subarray(0, 3_000),
    };
    const visitor = new Visitor(stage);
    const body = bodies[what];
    const { upload, put } = await visitor.open(body, more);
    const sent = await send(put, body);
    await expect(visitor.complete(upload.uploadId)).rejects.toMatchObject({
      code: 'media_invalid',
      fields: [{ field }],
    });
    expect(sent).toBe(200);
    expect(await visitor.find(upload.uploadId)).toMatchObject({ state: 'open', asset: null });
    expect(await keysBelow(stage.store, `uploads/${upload.uploadId}/`)).toEqual([]);
  });

  it('is read once, however often and by how many requests it is to be completed, until other bytes come', async () => {
    const visitor = new Visitor(stage);
    const completions = new Completions(stage.storage);
    const forged = Buffer.alloc(photo.length, 'x');
    const { upload, put } = await visitor.open(photo, { sha256: sha256Of(photo) });
    const complete = () => completions.complete({ uploadId: upload.uploadId, userId: visitor.userId });
    await send(put, forged);
    const reads = jest.spyOn(stage.store, 'get');
    const refusals = await Promise.allSettled([complete(), complete(), complete()]);
    for (let time = 0; time < 3; time += 1) {
      await expect(complete()).rejects.toMatchObject({
        code: 'media_invalid',
        fields: [{ field: 'sha256' }],
      });
    }
    expect(refusals.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(reads).toHaveBeenCalledTimes(1);
    reads.mockRestore();
    const stranger = completions.complete({ uploadId: upload.uploadId, userId: newId() });
    await expect(stranger).rejects.toMatchObject({ code: 'not_found' });
    await send(put, photo);
    const [first, second] = await Promise.all([complete(), complete()]);
    expect(first).toMatchObject({ assetId: upload.uploadId, sha256: sha256Of(photo) });
    expect([second, await complete()]).toEqual([first, first]);
  });

  it("is nobody else's to see, complete or delete", async () => {
    const { upload, put } = await new Visitor(stage).open(photo);
    await send(put, photo);
    const stranger = { uploadId: upload.uploadId, userId: newId() };
    await expect(stage.bus.request(completeUploadRpc, stranger)).rejects.toMatchObject({ code: 'not_found' });
    await expect(stage.bus.request(deleteUploadRpc, stranger)).rejects.toMatchObject({ code: 'not_found' });
    expect(await stage.bus.request(getUploadRpc, stranger)).toEqual({ upload: null });
  });

  it('leaves nothing that was sent to its URL after its end, and nothing of an upload that no row knows', async () => {
    const visitor = new Visitor(stage);
    const [done, given, open] = [
      await visitor.open(photo),
      await visitor.open(photo),
      await visitor.open(photo),
    ];
    await send(done.put, photo);
    const { objectKey } = await visitor.complete(done.upload.uploadId);
    await give(visitor, given.upload.uploadId);
    for (const { put } of [done, given, open]) expect(await send(put, photo)).toBe(200);
    const unknown = `incoming/${newId()}/whole`;
    await stage.store.put(unknown, Readable.from([photo]), { contentType: 'image/png' });
    const whole = ({ upload }: { upload: { uploadId: string } }) => `incoming/${upload.uploadId}/whole`;
    await sweepIncoming(stage.storage, { unknownMs: 60_000 });
    const left = await keysBelow(stage.store, 'incoming/');
    expect(left).toEqual(expect.arrayContaining([whole(open), unknown]));
    expect(left).not.toContain(whole(done));
    expect(left).not.toContain(whole(given));
    await sweepIncoming(stage.storage, { unknownMs: -1_000 });
    expect(await keysBelow(stage.store, 'incoming/')).not.toContain(unknown);
    expect((await visitor.complete(open.upload.uploadId)).objectKey).toBe(objectKey);
  });

  it('is gone when it is deleted, and when nobody completes it in time', async () => {
    const visitor = new Visitor(stage);
    const [given, late] = [await visitor.open(photo), await visitor.open(photo)];
    await Promise.all([send(given.put, photo), send(late.put, photo)]);
    await give(visitor, given.upload.uploadId);
    expect(await keysBelow(stage.store, `incoming/${given.upload.uploadId}/`)).toEqual([]);
    await expect(visitor.complete(given.upload.uploadId)).rejects.toMatchObject({ code: 'conflict' });
    const past = (hours: number) =>
      stage.database.sql
        .updateTable('media.uploads')
        .set({ expires_at: new Date(Date.now() - hours * 3_600_000) })
        .where('upload_id', '=', late.upload.uploadId)
        .execute();
    await past(0.1);
    expect((await sweepUploads(stage.storage)).expired).toBe(1);
    expect(await visitor.find(late.upload.uploadId)).toMatchObject({ state: 'expired' });
    await past(3);
    expect((await sweepUploads(stage.storage)).emptied).toBe(1);
    expect(await keysBelow(stage.store, `incoming/${late.upload.uploadId}/`)).toEqual([]);
  });
});

describe('the same content again', () => {
  it('is the same asset with one object, by whatever way it comes, also at the same time', async () => {
    const visitor = new Visitor(stage);
    const multipart = await uploaded(stage.store, photo, { userId: visitor.userId, sha256: sha256Of(photo) });
    const [first, second, { asset: third }] = await Promise.all([
      visitor.upload(photo),
      visitor.upload(photo),
      stage.bus.request(registerUploadRpc, multipart),
    ]);
    expect(new Set([first.assetId, second.assetId, third.assetId]).size).toBe(1);
    expect(await usage(visitor.userId)).toMatchObject({ files: 1, usedBytes: photo.length });
    const again = await stage.bus.request(registerUploadRpc, multipart);
    expect(again.asset).toEqual(first);
    const objects = await Promise.all(
      [multipart.objectKey, first.objectKey].map((key) => stage.store.stat(key)),
    );
    expect(objects.filter((stat) => stat !== undefined).length).toBeGreaterThanOrEqual(1);
    expect(await stage.store.stat(first.objectKey)).toBeDefined();
  });

  it('stays while another upload holds it, goes with the last, and is not given back then', async () => {
    const visitor = new Visitor(stage);
    const uploads = [await visitor.open(photo), await visitor.open(photo)];
    const ids = uploads.map(({ upload }) => upload.uploadId);
    const assets = [];
    for (const { upload, put } of uploads) {
      await send(put, photo);
      assets.push(await visitor.complete(upload.uploadId));
    }
    const [asset] = assets;
    if (!asset) throw new Error('no asset');
    await give(visitor, ids[0] ?? '');
    expect(await living(visitor.userId, [asset.assetId])).toEqual([asset.assetId]);
    expect(await visitor.complete(ids[1] ?? '')).toEqual(asset);
    await give(visitor, ids[1] ?? '');
    await give(visitor, ids[1] ?? '');
    expect(await living(visitor.userId, [asset.assetId])).toEqual([]);
    expect(await usage(visitor.userId)).toMatchObject({ files: 0, usedBytes: 0 });
    // A job that runs reads on; the sweep takes the bytes after a day, and not before.
    await sweepOrphans(stage.storage, { orphanAgeMs: -1_000 });
    expect(await stage.store.stat(asset.objectKey)).toBeDefined();
    await stage.database.sql
      .updateTable('media.assets')
      .set({ objects_kept_until: new Date(Date.now() - 1_000) })
      .where('asset_id', '=', asset.assetId)
      .execute();
    await sweepOrphans(stage.storage, { orphanAgeMs: -1_000 });
    expect(await stage.store.stat(asset.objectKey)).toBeUndefined();
    const anew = await visitor.upload(photo);
    expect(anew.assetId).not.toBe(asset.assetId);
  });

  it('is not taken from who has it when an order that brought it again is refused', async () => {
    const visitor = new Visitor(stage);
    const kept = await visitor.upload(photo);
    const order = await uploaded(stage.store, photo, { userId: visitor.userId });
    expect((await stage.bus.request(registerUploadRpc, order)).asset.assetId).toBe(kept.assetId);
    const removal = { ownerUserId: visitor.userId, attemptId: null, objectKeys: [order.objectKey] };
    await deleteMedia(stage.storage, { ...removal, assetId: order.assetId });
    await deleteMedia(stage.storage, { ...removal, assetId: order.assetId });
    expect(await living(visitor.userId, [kept.assetId])).toEqual([kept.assetId]);
    expect(await stage.store.stat(kept.objectKey)).toBeDefined();
  });

  it("tells nobody that another user has it: nothing of another's is found, given or shared", async () => {
    const [one, two] = [new Visitor(stage), new Visitor(stage)];
    const mine = await one.upload(photo);
    const opened = await two.open(photo, { sha256: sha256Of(photo) });
    expect(opened).toMatchObject({
      upload: { state: 'open', asset: null },
      put: expect.anything() as unknown,
    });
    await expect(two.complete(opened.upload.uploadId)).rejects.toMatchObject({ code: 'conflict' });
    await send(opened.put, photo);
    const theirs = await two.complete(opened.upload.uploadId);
    expect(theirs.assetId).not.toBe(mine.assetId);
    expect(theirs.objectKey).not.toBe(mine.objectKey);
    expect(await living(two.userId, [mine.assetId])).toEqual([]);
  });
});

describe('the quota', () => {
  const tight = { ...LIMITS, quotaBytes: 400_000 };

  it('is what fits into it, also for uploads that come at the same time', async () => {
    expect(photo.length + other.length).toBeGreaterThan(400_000);
    const visitor = new Visitor(stage, tight);
    const both = [photo, other].map((body) =>
      uploaded(stage.store, body, { userId: visitor.userId, limits: tight }),
    );
    const results = await Promise.allSettled(
      (await Promise.all(both)).map((upload) => stage.bus.request(registerUploadRpc, upload)),
    );
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThanOrEqual(1);
    for (const { reason } of refused as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({
        code: 'conflict',
        details: { reason: 'storage_quota', quota_bytes: 400_000 },
      });
    }
    expect((await usage(visitor.userId)).usedBytes).toBeLessThanOrEqual(400_000);
  });

  it('counts what is open, says the numbers, and has room again after a deletion', async () => {
    const visitor = new Visitor(stage, { ...LIMITS, quotaBytes: photo.length + 10 });
    const { upload } = await visitor.open(photo);
    await expect(visitor.open(photo)).rejects.toMatchObject({
      code: 'conflict',
      details: { reason: 'storage_quota', needed_bytes: photo.length, used_bytes: photo.length },
    });
    expect(await usage(visitor.userId)).toEqual({
      usedBytes: 0,
      files: 0,
      reservedBytes: photo.length,
      openUploads: 1,
    });
    await give(visitor, upload.uploadId);
    const asset = await visitor.upload(photo);
    await expect(visitor.open(photo)).rejects.toMatchObject({ code: 'conflict' });
    await give(visitor, asset.assetId);
    expect((await visitor.upload(photo)).assetId).not.toBe(asset.assetId);
  });

  it('is not to be got around by deleting: what is deleted is here for a while', async () => {
    const limits = { ...LIMITS, quotaBytes: photo.length + 10 };
    const visitor = new Visitor(stage, limits);
    const deleted = [];
    for (let time = 0; time < 2; time += 1) {
      const { assetId } = await visitor.upload(photo);
      await give(visitor, assetId);
      deleted.push(assetId);
    }
    const refusal = {
      code: 'conflict',
      details: { reason: 'too_much_deleted', deleted_bytes: 2 * photo.length },
    };
    await expect(visitor.open(photo)).rejects.toMatchObject(refusal);
    const form = await uploaded(stage.store, photo, { userId: visitor.userId, limits });
    await expect(stage.bus.request(registerUploadRpc, form)).rejects.toMatchObject(refusal);
    await stage.database.sql
      .updateTable('media.assets')
      .set({ objects_kept_until: new Date(Date.now() - 1_000) })
      .where('asset_id', 'in', deleted)
      .execute();
    await sweepOrphans(stage.storage, { orphanAgeMs: 86_400_000 });
    expect(await visitor.upload(photo)).toMatchObject({ ownerUserId: visitor.userId });
  });

  it('lets nobody keep many uploads open', async () => {
    const visitor = new Visitor(stage);
    for (let count = 0; count < 50; count += 1) await visitor.open(photo);
    await expect(visitor.open(photo)).rejects.toMatchObject({ details: { reason: 'too_many_uploads' } });
  });
});

it('has the limits of the plan for pictures, videos, and seconds', async () => {
  const small = new Visitor(stage, {
    ...LIMITS,
    imageMaxBytes: 1_000,
    videoMaxBytes: 100_000_000,
    videoMaxSeconds: 0.5,
  });
  await expect(small.open(photo)).rejects.toMatchObject({
    code: 'payload_too_large',
    details: { max_bytes: 1_000 },
  });
  // Announced as a video, it is a picture all the same.
  await expect(small.upload(photo, { contentType: 'video/mp4' })).rejects.toMatchObject({
    code: 'payload_too_large',
    details: { max_bytes: 1_000 },
  });
  await expect(small.upload(film, { contentType: 'video/mp4' })).rejects.toMatchObject({
    code: 'media_invalid',
    message: expect.stringContaining('at most 0.5') as unknown,
  });
});
