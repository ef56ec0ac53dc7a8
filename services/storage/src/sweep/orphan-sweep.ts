import { sql } from 'kysely';
import type { Storage } from '../app.tokens';
import { removeUnused } from '../deletion/remove-unused';
import { objectKeys } from '../object-store/object-keys';

type Parts = Pick<Storage, 'bus' | 'database' | 'store' | 'logger' | 'metrics'>;

export interface SweepLimits {
  /** Younger objects are left alone: their row may still come. Milliseconds. */
  readonly orphanAgeMs: number;
  /** Objects removed in one round at most. */
  readonly maxRemoved?: number;
}

const BATCH = 200;
const MAX_REMOVED = 5_000;

/**
 * Removes old objects that no asset refers to, and the objects of deleted assets that no job needs any more. Returns how many of each.
 */
export async function sweepOrphans(
  parts: Parts,
  { orphanAgeMs, maxRemoved = MAX_REMOVED }: SweepLimits,
): Promise<{ orphans: number; emptied: number }> {
  const before = Date.now() - orphanAgeMs;
  let orphans = 0;
  for (const prefix of [objectKeys.attempts, objectKeys.uploads, objectKeys.posters, objectKeys.renditions]) {
    for await (const keys of oldKeys(parts.store, prefix, before)) {
      if (orphans >= maxRemoved) break;
      orphans += await removeUnknown(parts, keys);
    }
  }
  parts.metrics.orphansRemoved(orphans);
  return { orphans, emptied: await emptyDeleted(parts, maxRemoved) };
}

/** Keys of objects that are old enough, in batches. */
async function* oldKeys(store: Storage['store'], prefix: string, before: number): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const { key, lastModified } of store.list(prefix)) {
    if (lastModified.getTime() > before) continue;
    batch.push(key);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function removeUnknown({ database, store, logger }: Parts, keys: readonly string[]): Promise<number> {
  const rows = await database.sql
    .selectFrom('media.assets')
    .select(['object_key', 'poster_key'])
    // Those of a deleted asset go with it, once no job needs them.
    .where('objects_removed_at', 'is', null)
    .where((where) => where.or([where('object_key', 'in', [...keys]), where('poster_key', 'in', [...keys])]))
    .execute();
  const made = await database.sql
    .selectFrom('media.renditions as rendition')
    .innerJoin('media.assets as asset', 'asset.asset_id', 'rendition.asset_id')
    .select('rendition.object_key')
    .where('asset.deleted_at', 'is', null)
    .where('rendition.object_key', 'in', [...keys])
    .execute();
  const known = new Set([
    ...rows.flatMap((row) => [row.object_key, row.poster_key]),
    ...made.map((row) => row.object_key),
  ]);
  const unknown = keys.filter((key) => !known.has(key));
  for (const key of unknown) {
    logger.info({ key }, 'removed an object that no asset refers to');
    await store.remove(key);
  }
  return unknown.length;
}

async function emptyDeleted(parts: Parts, limit: number): Promise<number> {
  const rows = await parts.database.sql
    .selectFrom('media.assets')
    .select(['asset_id', 'owner_user_id', 'object_key'])
    .where('deleted_at', 'is not', null)
    .where('objects_removed_at', 'is', null)
    .where((where) =>
      where.or([where('objects_kept_until', 'is', null), where('objects_kept_until', '<', sql<Date>`now()`)]),
    )
    .orderBy('deleted_at')
    .limit(limit)
    .execute();
  return (await removeUnused(parts, rows)).size;
}
