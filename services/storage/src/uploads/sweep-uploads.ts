import { sql, type RawBuilder } from 'kysely';
import type { Storage } from '../app.tokens';
import { objectKeys } from '../object-store/object-keys';
import { keepUp } from '../sweep/keep-up';

type Parts = Pick<Storage, 'database' | 'store' | 'logger' | 'metrics'>;

const BATCH = 200;
/** In one look. */
const ROUNDS = 50;
/** A PUT that began before its URL ended may go on for this long; what it leaves is removed after it. */
const LATE_PUT = sql`interval '2 hours'`;
const KEPT = sql`interval '7 days'`;

/**
 * Ends uploads that nobody completed in time, removes what came of those that have ended, and forgets the oldest. Returns how many of
 * each. An import that is open past its time has lost its message, and fails alike.
 */
export async function sweepUploads(
  parts: Parts,
): Promise<{ expired: number; emptied: number; forgotten: number }> {
  const { database } = parts;
  const limits = { batch: BATCH, rounds: ROUNDS };
  const affected = async (query: RawBuilder<unknown>): Promise<number> =>
    Number((await query.execute(database.sql)).numAffectedRows ?? 0n);
  return {
    expired: await keepUp(limits, () => affected(EXPIRE)),
    emptied: await keepUp(limits, () => emptyEnded(parts)),
    forgotten: await keepUp(limits, () => affected(FORGET)),
  };
}

const EXPIRE = sql`
  update media.uploads set state = 'expired', ended_at = now(), source_url = null
  where upload_id in (select upload_id from media.uploads where state = 'open' and expires_at < now()
    order by expires_at limit ${BATCH} for update skip locked)`;

const FORGET = sql`
  delete from media.uploads where upload_id in (select upload_id from media.uploads
    where objects_removed_at is not null and ended_at < now() - ${KEPT} limit ${BATCH})`;

/** Once no signed URL can bring anything any more, so that one look is enough. */
async function emptyEnded({ database, store }: Parts): Promise<number> {
  const rows = await database.sql
    .selectFrom('media.uploads')
    .select('upload_id')
    .where('state', '<>', 'open')
    .where('objects_removed_at', 'is', null)
    .where('expires_at', '<', sql<Date>`now() - ${LATE_PUT}`)
    .orderBy('expires_at')
    .limit(BATCH)
    .execute();
  for (const { upload_id: id } of rows) {
    await store.removePrefix(objectKeys.incomingOf(id));
    await database.sql
      .updateTable('media.uploads')
      .set({ objects_removed_at: sql<Date>`now()` })
      .where('upload_id', '=', id)
      .execute();
  }
  return rows.length;
}
