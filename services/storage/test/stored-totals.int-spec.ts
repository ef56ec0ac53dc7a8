import { newId } from '@shotloom/kernel';
import { createMetrics } from '@shotloom/service-kit';
import { waitFor } from '@shotloom/testing';
import { removeObjectsOf } from '../src/deletion/remove-objects';
import { ingest } from '../src/ingest/ingest';
import { createStorageMetrics } from '../src/metrics';
import { Sweeper } from '../src/sweep/sweeper';
import { totalStored } from '../src/sweep/stored-totals';
import { makeFilm } from './support/films';
import { raiseStage, rendered, type Stage } from './support/stage';

let stage: Stage;
let film: Buffer;
beforeAll(async () => {
  [stage, film] = await Promise.all([raiseStage({ env: { RENDITIONS: '' } }), makeFilm()]);
}, 120_000);
afterAll(() => stage.stop());

const stored = async () => {
  const request = await rendered(stage.store, film);
  const { asset } = await ingest(stage.storage, request, newId());
  if (!asset) throw new Error('the film was not stored');
  return asset;
};
const videos = async (page?: number) => {
  const totals = await totalStored(stage.storage, page);
  return totals.find(({ kind }) => kind === 'video');
};

it('adds up over all pages, and leaves out what is gone', async () => {
  const assets = [await stored(), await stored(), await stored(), await stored()];
  const bytes = assets.reduce((sum, { size_bytes: size }) => sum + Number(size), 0);
  expect(bytes).toBeGreaterThan(0);
  for (const page of [1, 2, 3, 4, 100]) {
    expect(await videos(page)).toEqual({ kind: 'video', bytes, files: 4 });
  }
  // The first and the second in the order of the walk, so that whole pages of small size have nothing left.
  const gone = assets.toSorted((one, other) => (one.asset_id < other.asset_id ? -1 : 1)).slice(0, 2);
  for (const asset of gone) {
    await stage.database.sql
      .updateTable('media.assets')
      .set({ deleted_at: new Date() })
      .where('asset_id', '=', asset.asset_id)
      .execute();
  }
  expect(await videos(1)).toEqual({ kind: 'video', bytes, files: 4 });
  for (const asset of gone) await removeObjectsOf(stage.storage, asset);
  expect(await videos(1)).toMatchObject({ files: 2 });
});

it('is shown by the sweep at its first look', async () => {
  const registry = createMetrics('test');
  const storage = { ...stage.storage, metrics: createStorageMetrics(registry) };
  const sweeper = new Sweeper(storage, { intervalMs: 80, orphanAgeMs: 86_400_000 });
  sweeper.start();
  const shown = async () => {
    const metric = registry.getSingleMetric('shotloom_stored_files');
    return (await metric?.get())?.values.find(({ labels }) => labels['kind'] === 'video')?.value;
  };
  await waitFor(async () => (await shown()) === 2, { what: 'the count' }).finally(() => sweeper.stop());
});
