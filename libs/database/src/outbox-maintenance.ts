import { sql } from 'kysely';
import type { Database } from './database';
import { advisoryLockClass } from './outbox-partition';

const DELETE_BATCH = 1_000;
/** Long enough to see what was said when something went wrong, short enough to keep the table small. */
const KEEP_PUBLISHED = '1 day';
/** As long as the bus keeps anything that could be delivered again. */
const KEEP_INBOX = '7 days';

export interface Backlog {
  /** Partitions with rows that are not on the bus yet, dead ones aside. */
  readonly partitions: readonly number[];
  /** Age of the oldest such row in seconds, 0 when there is none. */
  readonly oldestAgeSeconds: number;
}

/** One index probe a partition, whatever the size of the backlog. */
export async function readBacklog<S>(
  database: Database<S>,
  schema: string,
  partitions: number,
): Promise<Backlog> {
  const found = await sql<{ partition: number; age: number }>`
    select lane as partition, extract(epoch from clock_timestamp() - front.created_at)::float8 as age
    from generate_series(0, ${partitions}::int - 1) as lane
    cross join lateral (
      select created_at from ${sql.id(schema, 'outbox')}
      where partition = lane::smallint and published_at is null and dead_at is null order by seq limit 1
    ) as front`.execute(database.sql);
  const ages = found.rows.map((row) => row.age);
  return { partitions: found.rows.map((row) => row.partition), oldestAgeSeconds: Math.max(0, ...ages) };
}

/** Deletes what was kept long enough, in small transactions. One replica at a time; the others have nothing to do. */
export async function deleteOld<S>(
  database: Database<S>,
  schema: string,
  goOn: () => boolean,
): Promise<number> {
  let total = 0;
  for (let deleted = DELETE_BATCH; deleted >= DELETE_BATCH && goOn();) {
    deleted = await deleteBatch(database, schema);
    total += deleted;
  }
  return total;
}

async function deleteBatch<S>(database: Database<S>, schema: string): Promise<number> {
  const lockClass = advisoryLockClass(`shotloom.outbox.${schema}`);
  return database.run(async (tx) => {
    const lock = await sql<{ taken: boolean }>`
      select pg_try_advisory_xact_lock(${lockClass}::int, -1) as taken`.execute(tx.sql);
    if (lock.rows[0]?.taken !== true) return 0;
    const outbox = sql.id(schema, 'outbox');
    const inbox = sql.id(schema, 'inbox');
    const published = await sql`
      delete from ${outbox} where id in (
        select id from ${outbox} where published_at < now() - ${KEEP_PUBLISHED}::interval
        order by published_at limit ${DELETE_BATCH})`.execute(tx.sql);
    const seen = await sql`
      delete from ${inbox} where (consumer, message_id) in (
        select consumer, message_id from ${inbox} where at < now() - ${KEEP_INBOX}::interval
        order by at limit ${DELETE_BATCH})`.execute(tx.sql);
    return Math.max(Number(published.numAffectedRows ?? 0n), Number(seen.numAffectedRows ?? 0n));
  });
}
