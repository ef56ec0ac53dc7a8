import { sql } from 'kysely';
import type { Storage } from '../app.tokens';
import type { AssetRow } from '../assets/asset-rows';
import { findRenditions } from '../renditions/rendition-rows';
import { objectKeys } from '../object-store/object-keys';
import { knownKeys } from '../sweep/known-keys';

/** Removes the bytes of a deleted asset and of what was made of it, then notes that they are gone. */
export async function removeObjectsOf(
  { database, store }: Pick<Storage, 'database' | 'store'>,
  asset: Pick<AssetRow, 'asset_id' | 'object_key'>,
): Promise<void> {
  await store.remove(asset.object_key);
  await store.remove(objectKeys.poster(asset.asset_id));
  const made = await findRenditions(database.sql, [asset.asset_id]);
  for (const { objectKey } of made.get(asset.asset_id) ?? []) await store.remove(objectKey);
  await database.sql
    .updateTable('media.assets')
    .set({ objects_removed_at: sql<Date>`now()` })
    .where('asset_id', '=', asset.asset_id)
    .where('deleted_at', 'is not', null)
    .where('objects_removed_at', 'is', null)
    .execute();
}

/** Objects that never became an asset. One that has become one in the meantime is not touched. */
export async function removeLoose(
  { database, store, logger }: Pick<Storage, 'database' | 'store' | 'logger'>,
  keys: readonly string[],
): Promise<void> {
  const kept = await knownKeys(database.sql, keys);
  for (const key of keys) {
    if (kept.has(key)) logger.warn({ key }, 'an object that belongs to an asset was not removed');
    else await store.remove(key);
  }
}
