import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DeadLetter } from '@shotloom/bus';
import { extractPoster, tempDir } from '@shotloom/media-tools';
import type { Storage } from '../app.tokens';
import { findAsset, type AssetRow } from '../assets/asset-rows';
import { objectKeys } from '../object-store/object-keys';

/** Pixels; enough for a card on a dense screen. */
const POSTER_WIDTH = 960;
/** Seconds into the video: films often begin black. */
const POSTER_AT = 0.5;

/** Draws and keeps the poster of a stored video, once. A deleted asset needs none. */
export async function drawPoster(storage: Storage, assetId: string, signal?: AbortSignal): Promise<void> {
  const asset = await findAsset(storage.database.sql, assetId);
  if (!asset) throw new DeadLetter(`There is no asset ${assetId} to draw a poster of.`);
  if (asset.kind !== 'video' || asset.deleted_at !== null || asset.poster_key !== null) {
    storage.metrics.poster('not_needed');
    return;
  }
  const key = objectKeys.poster(assetId);
  await putPoster(storage, asset, key, signal);
  const kept = await storage.database.sql
    .updateTable('media.assets')
    .set({ poster_key: key })
    .where('asset_id', '=', assetId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  // Deleted while we drew: whoever deleted it did not know of this object.
  if (kept.numUpdatedRows === 0n) await storage.store.remove(key);
  storage.metrics.poster('drawn');
}

async function putPoster(
  { store }: Storage,
  asset: AssetRow,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await using folder = await tempDir('shotloom-poster');
  const [video, poster] = [join(folder.path, 'video'), join(folder.path, 'poster.jpg')];
  const { body } = await store.get(asset.object_key, signal ? { signal } : {});
  await pipeline(body, createWriteStream(video));
  const atSeconds = Math.min(POSTER_AT, (asset.duration_seconds ?? 0) / 2);
  const look = { input: video, output: poster, atSeconds, width: POSTER_WIDTH };
  await extractPoster({ ...look, ...(signal ? { signal } : {}) });
  const { size } = await stat(poster);
  await store.put(key, createReadStream(poster), { contentType: 'image/jpeg', size });
}
