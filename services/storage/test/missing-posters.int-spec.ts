import { waitFor } from '@shotloom/testing';
import { askForMissingPosters } from '../src/posters/missing-posters';
import { Sweeper } from '../src/sweep/sweeper';
import { registerUpload } from '../src/uploads/register-upload';
import { makeFilm } from './support/films';
import { raiseStage, uploaded, type Stage } from './support/stage';

describe('posters that went missing', () => {
  let stage: Stage;
  let film: Buffer;
  const rowOf = (assetId: string) =>
    stage.database.sql
      .selectFrom('media.assets')
      .selectAll()
      .where('asset_id', '=', assetId)
      .executeTakeFirstOrThrow();
  const drawn = (assetId: string): Promise<unknown> =>
    waitFor(async () => (await rowOf(assetId)).poster_key, { what: 'the poster' });
  /** A video as it is when its message was lost: without a poster, and with nobody who would draw one. */
  const forgotten = async (ageSeconds: number): Promise<string> => {
    const { assetId } = await registerUpload(
      stage.storage,
      await uploaded(stage.store, film, { kind: 'video' }),
    );
    await drawn(assetId);
    await stage.database.sql
      .updateTable('media.assets')
      .set({ poster_key: null, created_at: new Date(Date.now() - ageSeconds * 1_000) })
      .where('asset_id', '=', assetId)
      .execute();
    return assetId;
  };

  beforeAll(async () => {
    [stage, film] = await Promise.all([raiseStage(), makeFilm()]);
  }, 120_000);
  afterAll(() => stage.stop());
  beforeEach(() => stage.database.sql.deleteFrom('media.assets').execute());

  it('are drawn once somebody has noticed, which the sweep does', async () => {
    const assetId = await forgotten(3_600);
    const sweeper = new Sweeper(stage.storage, { intervalMs: 80, orphanAgeMs: 86_400_000 });
    sweeper.start();
    await drawn(assetId).finally(() => sweeper.stop());
    expect(await rowOf(assetId)).toMatchObject({ poster_tries: 1, poster_key: `posters/${assetId}.jpg` });
  });

  it('are not asked for while they may still come, nor for pictures or deleted videos', async () => {
    await forgotten(60);
    const deleted = await forgotten(3_600);
    await stage.database.sql
      .updateTable('media.assets')
      .set({ deleted_at: new Date() })
      .where('asset_id', '=', deleted)
      .execute();
    expect(await askForMissingPosters(stage.storage)).toBe(0);
  });

  it('are asked for a few at a time, by one replica each', async () => {
    const assetIds = [await forgotten(3_600), await forgotten(3_601), await forgotten(3_602)];
    expect(await askForMissingPosters(stage.storage, { batch: 1 })).toBe(1);
    const [first, second] = await Promise.all([1, 2].map(() => askForMissingPosters(stage.storage)));
    expect((first ?? 0) + (second ?? 0)).toBe(2);
    await Promise.all(assetIds.map(drawn));
  });

  it('are given up where a file can have none, after waits that grow', async () => {
    const assetId = await forgotten(3_600);
    const tries = stage.database.sql.updateTable('media.assets').where('asset_id', '=', assetId);
    await tries.set({ poster_tries: 2, poster_tried_at: new Date(Date.now() - 9_000_000) }).execute();
    expect(await askForMissingPosters(stage.storage)).toBe(0);
    await tries.set({ poster_tried_at: new Date(Date.now() - 9_700_000) }).execute();
    expect(await askForMissingPosters(stage.storage)).toBe(1);
    await tries.set({ poster_tries: 5, poster_tried_at: new Date(0), poster_key: null }).execute();
    expect(await askForMissingPosters(stage.storage)).toBe(0);
  });
});
