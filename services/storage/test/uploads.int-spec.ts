import { readFile } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';
import { describeAssetsRpc, registerUploadRpc, type RpcRequest } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { samplePath, waitFor } from '@shotloom/testing';
import { Sweeper } from '../src/sweep/sweeper';
import { sweepOrphans } from '../src/sweep/orphan-sweep';
import { makeFilm } from './support/films';
import { keysBelow, raiseStage, rendered, uploaded as putUpload, type Stage } from './support/stage';

type Upload = RpcRequest<typeof registerUploadRpc>;

describe('uploads, and what is left behind', () => {
  let stage: Stage;
  let film: Buffer;
  let photo: Buffer;
  const register = async (upload: Upload) => (await stage.bus.request(registerUploadRpc, upload)).asset;
  const uploaded = (body: Buffer, more: Partial<Upload> = {}) => putUpload(stage.store, body, more);

  beforeAll(async () => {
    [stage, film, photo] = await Promise.all([raiseStage(), makeFilm(), readFile(samplePath('chelsea.png'))]);
  }, 120_000);
  afterAll(() => stage.stop());

  it('makes a picture an asset, of the type that it really has; asking again gives the same', async () => {
    const upload = await uploaded(photo);
    const asset = await register(upload);
    expect(asset).toMatchObject({
      assetId: upload.assetId,
      ownerUserId: upload.userId,
      kind: 'image',
      origin: 'upload',
      contentType: 'image/png',
      sizeBytes: photo.length,
      fileName: 'cat.png',
      durationSeconds: null,
    });
    expect(asset.width).toBeGreaterThan(100);
    expect(await Promise.all([register(upload), register(upload)])).toEqual([asset, asset]);
  });

  it('makes a video an asset and draws its poster', async () => {
    const upload = await uploaded(film, { kind: 'video' });
    expect(await register(upload)).toMatchObject({ videoCodec: 'h264', fps: 24, width: 320 });
    const question = { userId: upload.userId, assetIds: [upload.assetId], expiresInSeconds: 60 };
    const drawn = async () => (await stage.bus.request(describeAssetsRpc, question)).assets[0]?.posterUrl;
    expect((await fetch(await waitFor(drawn, { what: 'the poster' }))).status).toBe(200);
  });

  it('refuses what is no picture, is cut off, or has too many pixels, and names the field', async () => {
    const big = await readFile(samplePath('coffee.png'));
    const { width, height } = await register(await uploaded(big));
    const cases = [
      [await uploaded(Buffer.from('just text')), /not a JPEG/],
      [await uploaded(photo.subarray(0, photo.length / 2)), /damaged/],
      [await uploaded(bomb(), {}), /pixels/],
      [await uploaded(photo, { sizeBytes: photo.length + 1 }), /did not arrive whole/],
      [await uploaded(photo, { kind: 'video' }), /not an MP4/],
      [await uploaded(film.subarray(0, 3_000), { kind: 'video' }), /cut|damaged|complete/],
    ] as const;
    expect(width * height).toBeLessThan(2_000_000);
    for (const [upload, reason] of cases) {
      await expect(register(upload)).rejects.toMatchObject({
        code: 'media_invalid',
        fields: [{ field: 'file', reason: expect.stringMatching(reason) as unknown }],
      });
    }
  });

  it('refuses an id or an object that is taken, and what is not an upload', async () => {
    const upload = await uploaded(photo);
    await register(upload);
    await expect(register({ ...upload, userId: newId() })).rejects.toMatchObject({ code: 'conflict' });
    await expect(register({ ...upload, assetId: newId() })).rejects.toMatchObject({ code: 'conflict' });
    await expect(register({ ...upload, assetId: newId(), objectKey: 'attempts/a/1' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it("describes the user's own assets only, whatever is asked for", async () => {
    const [mine, theirs] = [await uploaded(photo), await uploaded(photo)];
    await Promise.all([register(mine), register(theirs)]);
    const assetIds = [theirs.assetId, mine.assetId, newId(), 'no-id-at-all', mine.assetId];
    const question = { userId: mine.userId, assetIds, expiresInSeconds: 60 };
    const { assets } = await stage.bus.request(describeAssetsRpc, question);
    expect(assets.map(({ assetId }) => assetId)).toEqual([mine.assetId]);
    const download = await fetch(assets[0]?.downloadUrl ?? '', { method: 'HEAD' });
    expect(download.headers.get('content-disposition')).toContain('cat.png');
  });

  it('sweeps old objects that nothing refers to, finishes deletions, and touches nothing else', async () => {
    const kept = await uploaded(photo);
    await register(kept);
    const [orphan, spent] = [await uploaded(photo), await rendered(stage.store, film)];
    const deleted = await uploaded(photo);
    await register(deleted);
    await stage.database.sql
      .updateTable('media.assets')
      .set({ deleted_at: new Date() })
      .where('asset_id', '=', deleted.assetId)
      .execute();
    const day = 86_400_000;
    expect((await sweepOrphans(stage.storage, { orphanAgeMs: day })).orphans).toBe(0);
    expect(await keysBelow(stage.store, orphan.objectKey)).toHaveLength(1);
    expect(await keysBelow(stage.store, deleted.objectKey)).toEqual([]);
    const swept = await sweepOrphans(stage.storage, { orphanAgeMs: -1_000 });
    expect(swept.orphans).toBeGreaterThanOrEqual(2);
    expect(await keysBelow(stage.store, orphan.objectKey)).toEqual([]);
    expect(await keysBelow(stage.store, spent.source.key)).toEqual([]);
    expect(await keysBelow(stage.store, kept.objectKey)).toHaveLength(1);
    expect(await sweepOrphans(stage.storage, { orphanAgeMs: -1_000 })).toEqual({
      orphans: 0,
      held: 0,
      emptied: 0,
    });
  });

  it('lets one replica do each round', async () => {
    const options = { intervalMs: 60_000, orphanAgeMs: 0 };
    const replicas = Array.from({ length: 5 }, () => new Sweeper(stage.storage, options));
    const claims = await Promise.all(replicas.map((replica) => replica.claim()));
    expect(claims.filter(Boolean)).toHaveLength(1);
  });
});

/** A PNG of a few hundred bytes that claims 60 million pixels; a decoder that believed it would make room for them all. */
function bomb(): Buffer {
  const size = Buffer.alloc(13);
  size.writeUInt32BE(10_000, 0);
  size.writeUInt32BE(6_000, 4);
  size.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const lines = deflateSync(Buffer.alloc(100_000));
  return Buffer.concat([
    signature,
    chunk('IHDR', size),
    chunk('IDAT', lines),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
