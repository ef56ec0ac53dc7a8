import { describeAssetsRpc } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { pictureFacts, tempDir } from '@shotloom/media-tools';
import { waitFor } from '@shotloom/testing';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deleteMedia } from '../src/deletion/delete-media';
import { ingest } from '../src/ingest/ingest';
import { QuietMoment } from '../src/ingest/quiet-moment';
import type { DecodedKind } from '../src/renditions/make-video-renditions';
import { askForMissingRenditions } from '../src/renditions/missing-renditions';
import { RenditionMaker } from '../src/renditions/rendition-maker';
import { makeFilm } from './support/films';
import { keysBelow, raiseStage, rendered, type Stage } from './support/stage';

const ONCE = { signal: new AbortController().signal, isLast: false };

describe('renditions of a stored video', () => {
  let stage: Stage;
  let film: Buffer;

  beforeAll(async () => {
    // The service itself makes none, so that each test decides when; the first one has a service of its own that does.
    [stage, film] = await Promise.all([raiseStage({ env: { RENDITIONS: '' } }), makeFilm()]);
  }, 120_000);
  afterAll(() => stage.stop());

  const makerOf = (
    kinds: readonly DecodedKind[],
    { store = stage.store, quiet = new QuietMoment({ busyAbove: 0 }), maxSeconds = 600 } = {},
  ): RenditionMaker =>
    new RenditionMaker(
      { ...stage.storage, store },
      { kinds, limits: { maxSeconds, timeoutMs: 60_000 }, quiet },
    );
  const stored = async (body = film, on = stage): Promise<{ assetId: string; ownerUserId: string }> => {
    const request = await rendered(on.store, body);
    const { asset } = await ingest(on.storage, request, newId());
    return { assetId: asset?.asset_id ?? '', ownerUserId: request.ownerUserId };
  };
  const rowsOf = (assetId: string) =>
    stage.database.sql
      .selectFrom('media.renditions')
      .select(['kind', 'object_key', 'problem', 'size_bytes'])
      .where('asset_id', '=', assetId)
      .where('kind', '<>', 'poster')
      .orderBy('kind')
      .execute();

  it('come after the poster without being asked for, and are served by signed links', async () => {
    const own = await raiseStage();
    try {
      const { assetId, ownerUserId } = await stored(film, own);
      const question = { userId: ownerUserId, assetIds: [assetId], expiresInSeconds: 60 };
      const described = await waitFor(
        async () => {
          const { assets } = await own.bus.request(describeAssetsRpc, question);
          return assets[0]?.renditions?.length === 2 ? assets[0] : undefined;
        },
        { what: 'both renditions', timeoutMs: 60_000 },
      );
      expect(described.posterUrl).not.toBeNull();
      await using folder = await tempDir('seen');
      for (const { kind, url, contentType, sizeBytes, width, height, grid } of described.renditions ?? []) {
        const answer = await fetch(url);
        expect(answer.headers.get('content-type')).toBe(contentType);
        const bytes = Buffer.from(await answer.arrayBuffer());
        expect(bytes).toHaveLength(sizeBytes);
        const path = join(folder.path, kind);
        await writeFile(path, bytes);
        expect(await pictureFacts(path)).toMatchObject({ width, height });
        if (kind !== 'spritesheet') continue;
        expect(grid).toMatchObject({ frames: 2, columns: 2, rows: 1, tileWidth: 160, tileHeight: 90 });
        expect([width, height]).toEqual([320, 90]);
      }
      const stranger = { ...question, userId: newId() };
      expect((await own.bus.request(describeAssetsRpc, stranger)).assets).toEqual([]);
    } finally {
      await own.stop();
    }
  });

  it('are made once, however often and from how many places they are asked for', async () => {
    const { assetId } = await stored();
    const maker = makerOf(['preview', 'spritesheet']);
    await Promise.all(Array.from({ length: 3 }, () => maker.make(assetId, ONCE)));
    const [first] = await rowsOf(assetId);
    for (let again = 0; again < 7; again += 1) await maker.make(assetId, ONCE);
    const rows = await rowsOf(assetId);
    expect(rows.map(({ kind }) => kind)).toEqual(['preview', 'spritesheet']);
    expect(rows[0]).toEqual(first);
    expect(await keysBelow(stage.store, `renditions/${assetId}/`)).toEqual(
      rows.map(({ object_key }) => object_key),
    );
  });

  it('leave nothing behind where the video is deleted while they are made, or after it', async () => {
    const { assetId, ownerUserId } = await stored();
    const deletion = { ownerUserId, assetId, attemptId: null, objectKeys: [] };
    const slow = Object.create(stage.store) as Stage['store'];
    slow.put = async (...args) => {
      await deleteMedia(stage.storage, deletion);
      return stage.store.put(...args);
    };
    await makerOf(['preview', 'spritesheet'], { store: slow }).make(assetId, ONCE);
    expect(await keysBelow(stage.store, `renditions/${assetId}/`)).toEqual([]);
    expect(await rowsOf(assetId)).toEqual([]);
    const second = await stored();
    const maker = makerOf(['preview']);
    await maker.make(second.assetId, ONCE);
    await deleteMedia(stage.storage, { ...deletion, ...second });
    expect(await keysBelow(stage.store, `renditions/${second.assetId}/`)).toEqual([]);
    await maker.make(second.assetId, ONCE);
    expect(await keysBelow(stage.store, `renditions/${second.assetId}/`)).toEqual([]);
  });

  it('are given up at once where the video cannot be decoded, and not asked for again', async () => {
    const damaged = Buffer.from(film);
    damaged.fill(0, damaged.indexOf('mdat') + 4);
    const { assetId } = await stored(damaged);
    await makerOf(['preview', 'spritesheet']).make(assetId, ONCE);
    const problem = 'The video cannot be decoded.';
    expect(await rowsOf(assetId)).toMatchObject([
      { kind: 'preview', problem, object_key: null },
      { kind: 'spritesheet', problem, object_key: null },
    ]);
    expect(await keysBelow(stage.store, `renditions/${assetId}/`)).toEqual([]);
  });

  it('are given up on the last try of what fails, and not before', async () => {
    const { assetId } = await stored();
    const [row] = await stage.database.sql
      .selectFrom('media.assets')
      .select('object_key')
      .where('asset_id', '=', assetId)
      .execute();
    await stage.store.remove(row?.object_key ?? '');
    const maker = makerOf(['preview']);
    await expect(maker.make(assetId, ONCE)).rejects.toThrow();
    expect(await rowsOf(assetId)).toEqual([]);
    await maker.make(assetId, { ...ONCE, isLast: true });
    expect(await rowsOf(assetId)).toMatchObject([{ problem: 'It failed: not_found.' }]);
  });

  it('are not made of a video that is too long, nor a copy that saves nothing', async () => {
    const { assetId } = await stored();
    await makerOf(['preview'], { maxSeconds: 0.5 }).make(assetId, ONCE);
    expect(await rowsOf(assetId)).toMatchObject([{ kind: 'preview', object_key: null }]);
    const wasteful = await stored();
    await makerOf(['compressed']).make(wasteful.assetId, ONCE);
    const [copy] = await rowsOf(wasteful.assetId);
    expect(copy?.kind).toBe('compressed');
    if (copy?.object_key) expect(copy.size_bytes).toBeLessThanOrEqual(film.length * 0.8);
  });

  it('wait while ingests have the machine', async () => {
    const { assetId } = await stored();
    const quiet = new QuietMoment({ busyAbove: 0 });
    const [ended, ingesting] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const work = quiet.busy(() => (ingesting.resolve(), ended.promise));
    await ingesting.promise;
    let isMade = false;
    const making = makerOf(['preview'], { quiet })
      .make(assetId, ONCE)
      .then(() => (isMade = true));
    await makerOf(['spritesheet']).make(assetId, ONCE);
    expect([isMade, (await rowsOf(assetId)).map(({ kind }) => kind)]).toEqual([false, ['spritesheet']]);
    ended.resolve();
    await Promise.all([work, making]);
    expect(await rowsOf(assetId)).toHaveLength(2);
  });

  it('are asked for by the sweep where they are missing, a few times and after waits that grow', async () => {
    await stage.database.sql.deleteFrom('media.assets').execute();
    const { assetId } = await stored();
    const parts = { database: stage.database, renditions: makerOf(['preview']) };
    const of = stage.database.sql.updateTable('media.assets').where('asset_id', '=', assetId);
    expect(await askForMissingRenditions(parts)).toBe(0);
    await of.set({ created_at: new Date(Date.now() - 7_200_000) }).execute();
    const none = { database: stage.database, renditions: makerOf([]) };
    expect(await askForMissingRenditions(none)).toBe(0);
    const [first, second] = await Promise.all([1, 2].map(() => askForMissingRenditions(parts)));
    expect((first ?? 0) + (second ?? 0)).toBe(1);
    await of.set({ rendition_tries: 5, rendition_tried_at: new Date(0) }).execute();
    expect(await askForMissingRenditions(parts)).toBe(0);
    await of.set({ rendition_tries: 1, renditions_at: new Date() }).execute();
    expect(await askForMissingRenditions(parts)).toBe(0);
  });

  it('are refused for an asset that never was', async () => {
    await expect(makerOf(['preview']).make(newId(), ONCE)).rejects.toThrow('no asset');
  });
});
