import { sql } from 'kysely';
import type { Storage } from '../app.tokens';
import type { AssetRow } from '../assets/asset-rows';
import { askInUse, MOST_ASKED } from './in-use';
import { removeObjectsOf } from './remove-objects';

type Parts = Pick<Storage, 'bus' | 'database' | 'store' | 'logger'>;
export type Deleted = Pick<AssetRow, 'asset_id' | 'owner_user_id' | 'object_key'>;

/** Then the sweep asks again: a job may wait for days. */
const LOOK_AGAIN = sql<Date>`now() + interval '1 hour'`;

/**
 * Removes the bytes of deleted assets that no job needs any more. What a job that has not ended needs stays, and the sweep asks again
 * later; so it is where nobody can say what is in use. Returns the ids of those whose bytes are gone.
 */
export async function removeUnused(parts: Parts, deleted: readonly Deleted[]): Promise<ReadonlySet<string>> {
  const removed = new Set<string>();
  for (let from = 0; from < deleted.length; from += MOST_ASKED) {
    const some = deleted.slice(from, from + MOST_ASKED);
    const used = await usedOf(parts, some);
    if (used === null) break;
    await keep(parts, [...used]);
    for (const row of some) {
      if (used.has(row.asset_id)) continue;
      await removeObjectsOf(parts, row);
      removed.add(row.asset_id);
    }
  }
  return removed;
}

/** Null: nobody can say. */
async function usedOf(
  { bus, logger }: Parts,
  assets: readonly Deleted[],
): Promise<ReadonlySet<string> | null> {
  try {
    return new Set((await askInUse(bus, assets)).inUse);
  } catch (error) {
    logger.warn({ err: error }, 'nobody said what jobs still need; the bytes stay, and the sweep asks again');
    return null;
  }
}

async function keep({ database }: Parts, assetIds: readonly string[]): Promise<void> {
  if (assetIds.length === 0) return;
  await sql`
    update media.assets set objects_kept_until = greatest(objects_kept_until, ${LOOK_AGAIN})
    where asset_id = any(${assetIds}::uuid[]) and deleted_at is not null and objects_removed_at is null`.execute(
    database.sql,
  );
}
