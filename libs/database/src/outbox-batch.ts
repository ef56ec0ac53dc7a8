import { setTimeout as delay } from 'node:timers/promises';
import { sql, type Transaction } from 'kysely';
import type { Envelope } from '@shotloom/contracts';
import type { Database } from './database';
import { advisoryLockClass } from './outbox-partition';

/** Puts an envelope on the bus; resolves at the PubAck. */
export type PublishEnvelope = (
  subject: string,
  envelope: Envelope,
  headers: Record<string, string>,
) => Promise<unknown>;

const ROWS_PER_PARTITION = 50;
/** No new row is started after this: the transaction that holds the locks stays short even if each PubAck is slow. */
const BATCH_BUDGET_MS = 2_000;
const PUBLISH_TIMEOUT_MS = 5_000;

export interface BatchOutcome {
  /** Partitions that another replica is publishing right now. */
  readonly busy: readonly number[];
  /** Partitions that have, or may have, more rows. */
  readonly more: readonly number[];
  readonly failed: readonly {
    readonly partition: number;
    readonly messageId: string;
    readonly error: unknown;
  }[];
  readonly published: number;
}

interface PendingRow {
  readonly id: string;
  readonly partition: number;
  readonly subject: string;
  readonly envelope: Envelope;
  readonly headers: Record<string, string>;
}

interface LaneOutcome {
  readonly publishedIds: readonly string[];
  readonly more: boolean;
  readonly failure?: { readonly messageId: string; readonly error: unknown };
}

/**
 * Publishes the front of some partitions, each in order, side by side. The lock is taken by its own statement before
 * the rows are read: a snapshot older than the lock would show rows that the former holder has already published.
 */
export async function publishBatch<S>(
  database: Database<S>,
  schema: string,
  partitions: readonly number[],
  publish: PublishEnvelope,
): Promise<BatchOutcome> {
  return database.run(async (tx) => {
    const owned = await lockPartitions(tx.sql, schema, partitions);
    const lanes = groupByPartition(await readFront(tx.sql, schema, owned));
    const deadline = Date.now() + BATCH_BUDGET_MS;
    const outcomes = await Promise.all(
      [...lanes].map(async ([partition, rows]) => ({
        partition,
        ...(await publishLane(rows, publish, deadline)),
      })),
    );
    const publishedIds = outcomes.flatMap((outcome) => outcome.publishedIds);
    await markPublished(tx.sql, schema, publishedIds);
    return {
      busy: partitions.filter((partition) => !owned.includes(partition)),
      more: outcomes.filter((outcome) => outcome.more).map((outcome) => outcome.partition),
      failed: outcomes.flatMap(({ partition, failure }) => (failure ? [{ partition, ...failure }] : [])),
      published: publishedIds.length,
    };
  });
}

async function lockPartitions<S>(
  tx: Transaction<S>,
  schema: string,
  wanted: readonly number[],
): Promise<number[]> {
  const lockClass = advisoryLockClass(`shotloom.outbox.${schema}`);
  const locked = await sql<{ partition: number }>`
    select partition from unnest(${wanted}::int[]) as partition
    where pg_try_advisory_xact_lock(${lockClass}::int, partition)`.execute(tx);
  return locked.rows.map((row) => row.partition);
}

async function readFront<S>(
  tx: Transaction<S>,
  schema: string,
  owned: readonly number[],
): Promise<PendingRow[]> {
  if (owned.length === 0) return [];
  const found = await sql<PendingRow>`
    select front.* from unnest(${owned}::smallint[]) as lane
    cross join lateral (
      select id, partition, subject, envelope, headers from ${sql.id(schema, 'outbox')}
      where partition = lane and published_at is null order by seq limit ${ROWS_PER_PARTITION}
    ) as front`.execute(tx);
  return found.rows;
}

function groupByPartition(rows: readonly PendingRow[]): Map<number, PendingRow[]> {
  const lanes = new Map<number, PendingRow[]>();
  for (const row of rows) {
    const lane = lanes.get(row.partition);
    if (lane) lane.push(row);
    else lanes.set(row.partition, [row]);
  }
  return lanes;
}

/** One after the other: the next row only after the PubAck of the one before. */
async function publishLane(
  rows: readonly PendingRow[],
  publish: PublishEnvelope,
  deadline: number,
): Promise<LaneOutcome> {
  const publishedIds: string[] = [];
  for (const row of rows) {
    if (Date.now() > deadline) return { publishedIds, more: true };
    try {
      await withTimeout(publish(row.subject, row.envelope, row.headers));
      publishedIds.push(row.id);
    } catch (error) {
      return { publishedIds, more: false, failure: { messageId: row.id, error } };
    }
  }
  return { publishedIds, more: rows.length >= ROWS_PER_PARTITION };
}

async function withTimeout(publishing: Promise<unknown>): Promise<void> {
  const cancel = new AbortController();
  const tooLate = delay(PUBLISH_TIMEOUT_MS, undefined, { signal: cancel.signal, ref: false }).then(() => {
    throw new Error(`The bus did not acknowledge within ${PUBLISH_TIMEOUT_MS} ms.`);
  });
  try {
    await Promise.race([publishing, tooLate]);
  } finally {
    tooLate.catch(() => undefined);
    cancel.abort();
  }
}

async function markPublished<S>(tx: Transaction<S>, schema: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update ${sql.id(schema, 'outbox')} set published_at = clock_timestamp()
    where id = any(${ids}::uuid[])`.execute(tx);
}
