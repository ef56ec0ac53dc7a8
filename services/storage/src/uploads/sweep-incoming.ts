import { sql } from 'kysely';
import { arrayOf } from '@shotloom/database';
import { isId } from '@shotloom/kernel';
import type { ObjectStat } from '@shotloom/object-store';
import type { Storage } from '../app.tokens';
import { objectKeys } from '../object-store/object-keys';

type Parts = Pick<Storage, 'database' | 'store'>;

const BATCH = 200;

/**
 * Removes what lies where uploads arrive and can become nothing: what was sent to a URL after its upload had ended, which the URL allows
 * until it ends itself, and what is older than `unknownMs` (milliseconds) and of no upload. Safe in all replicas at once. Returns how many.
 */
export async function sweepIncoming(
  parts: Parts,
  { unknownMs }: { readonly unknownMs: number },
): Promise<number> {
  const before = Date.now() - unknownMs;
  let removed = 0;
  let batch: ObjectStat[] = [];
  for await (const object of parts.store.list(objectKeys.incomingAll)) {
    batch.push(object);
    if (batch.length < BATCH) continue;
    removed += await removeUseless(parts, batch, before);
    batch = [];
  }
  return removed + (await removeUseless(parts, batch, before));
}

async function removeUseless(
  { database, store }: Parts,
  objects: readonly ObjectStat[],
  before: number,
): Promise<number> {
  const ids = [...new Set(objects.map(({ key }) => objectKeys.uploadOfIncoming(key)).filter(isId))];
  const { rows } = await sql<{ upload_id: string; is_open: boolean }>`
    select upload_id, state = 'open' as is_open from media.uploads
    where upload_id = any(${arrayOf(ids, 'uuid')})`.execute(database.sql);
  const isOpen = new Map(rows.map((row) => [row.upload_id, row.is_open]));
  let removed = 0;
  for (const { key, lastModified } of objects) {
    const mayComplete = isOpen.get(objectKeys.uploadOfIncoming(key)) ?? lastModified.getTime() >= before;
    if (mayComplete) continue;
    await store.remove(key);
    removed += 1;
  }
  return removed;
}
