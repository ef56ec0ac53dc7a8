import { sql } from 'kysely';
import type { Storage } from '../app.tokens';
import { removeUnused } from '../deletion/remove-unused';
import { objectKeys } from '../object-store/object-keys';
import { knownKeys } from './known-keys';

type Parts = Pick<Storage, 'bus' | 'database' | 'store' | 'logger' | 'metrics'>;

export interface SweepLimits {
  /** Younger objects are left alone: their row may still come. Milliseconds. */
  readonly orphanAgeMs: number;
  /** Objects removed in one round at most. */
  readonly maxRemoved?: number;
  /** Of the old objects, 0 to 1. Where more than this are unknown, the database has lost rows, and nothing is removed. */
  readonly maxShare?: number;
}

export interface Swept {
  readonly orphans: number;
  /** Unknown objects that were left alone because there are too many of them to be what crashes leave. */
  readonly held: number;
  /** Deleted assets whose bytes are gone now. */
  readonly emptied: number;
}

const BATCH = 200;
const MAX_REMOVED = 5_000;
export const MAX_SHARE = 0.2;
/** So few are no sign of anything, whatever share of a small store they are. */
const FEW = 50;
const PREFIXES = [objectKeys.attempts, objectKeys.uploads, objectKeys.posters, objectKeys.renditions];

/**
 * Removes old objects that no row refers to, and the objects of deleted assets that no job needs any more. What crashes leave is little
 * beside what is kept: where much is unknown, the rows are missing and not the objects too many, so that an operator has to look.
 */
export async function sweepOrphans(
  parts: Parts,
  { orphanAgeMs, maxRemoved = MAX_REMOVED, maxShare = MAX_SHARE }: SweepLimits,
): Promise<Swept> {
  const { unknown, lookedAt } = await findUnknown(parts, Date.now() - orphanAgeMs, maxRemoved);
  const isPlausible = unknown.length <= Math.max(FEW, maxShare * lookedAt);
  if (!isPlausible) {
    const facts = { unknown: unknown.length, lookedAt, examples: unknown.slice(0, 5) };
    parts.logger.error(
      facts,
      'so many objects are of no asset that rows must be missing; nothing was removed',
    );
    parts.metrics.sweepHeld('implausible');
  }
  const orphans = isPlausible ? await removeUnknown(parts, unknown) : 0;
  parts.metrics.orphansRemoved(orphans);
  const emptied = await emptyDeleted(parts, maxRemoved);
  return { orphans, held: isPlausible ? 0 : unknown.length, emptied };
}

/** At most so many; nothing is removed before all have been looked at. */
async function findUnknown(
  parts: Parts,
  before: number,
  limit: number,
): Promise<{ readonly unknown: readonly string[]; readonly lookedAt: number }> {
  const unknown: string[] = [];
  let lookedAt = 0;
  for (const prefix of PREFIXES) {
    for await (const keys of oldKeys(parts.store, prefix, before)) {
      const known = await knownKeys(parts.database.sql, keys);
      lookedAt += keys.length;
      unknown.push(...keys.filter((key) => !known.has(key)));
      if (unknown.length >= limit) return { unknown: unknown.slice(0, limit), lookedAt };
    }
  }
  return { unknown, lookedAt };
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

/** Looked at once more: the look at everything may have taken long, and a row may have come. */
async function removeUnknown(parts: Parts, keys: readonly string[]): Promise<number> {
  let removed = 0;
  for (let from = 0; from < keys.length; from += BATCH) {
    const batch = keys.slice(from, from + BATCH);
    const known = await knownKeys(parts.database.sql, batch);
    for (const key of batch) {
      if (known.has(key)) continue;
      parts.logger.info({ key }, 'removed an object that no asset refers to');
      await parts.store.remove(key);
      removed += 1;
    }
  }
  return removed;
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
