import { sql, type RawBuilder } from 'kysely';
import { AppError } from '@shotloom/kernel';
import type { Envelope } from '@shotloom/contracts';
import type { Database, UnitOfWork } from './database';
import { arrayOf } from './array-of';
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
const REASON_CHARS = 1_000;

export interface Refusal {
  readonly messageId: string;
  readonly error: unknown;
}

export interface BatchOutcome {
  /** Partitions that another replica is publishing right now. */
  readonly busy: readonly number[];
  /** Partitions that have, or may have, more rows. */
  readonly more: readonly number[];
  /** Held up by a message that the bus did not take and may take later. */
  readonly failed: readonly ({ readonly partition: number } & Refusal)[];
  /** What the bus will never take, laid aside. */
  readonly dead: readonly ({ readonly partition: number } & Refusal)[];
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
  readonly dead: readonly Refusal[];
  readonly more: boolean;
  readonly failure?: Refusal;
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
    const { owned, rows } = await readFront(tx, schema, partitions);
    const lanes = groupByPartition(rows);
    const deadline = Date.now() + BATCH_BUDGET_MS;
    const outcomes = await Promise.all(
      [...lanes].map(async ([partition, lane]) => ({
        partition,
        ...(await publishLane(lane, publish, deadline)),
      })),
    );
    const publishedIds = outcomes.flatMap((outcome) => outcome.publishedIds);
    if (publishedIds.length > 0) tx.atCommit(markPublished(schema, publishedIds));
    const dead = outcomes.flatMap(({ partition, dead: refusals }) =>
      refusals.map((refusal) => ({ partition, ...refusal })),
    );
    if (dead.length > 0) tx.atCommit(markDead(schema, dead));
    return {
      busy: partitions.filter((partition) => !owned.has(partition)),
      more: outcomes.filter((outcome) => outcome.more).map((outcome) => outcome.partition),
      failed: outcomes.flatMap(({ partition, failure }) => (failure ? [{ partition, ...failure }] : [])),
      dead,
      published: publishedIds.length,
    };
  });
}

/** Both statements go in one packet, so what another replica is publishing is read too, and not looked at. */
async function readFront<S>(
  tx: UnitOfWork<S>,
  schema: string,
  wanted: readonly number[],
): Promise<{ owned: ReadonlySet<number>; rows: PendingRow[] }> {
  const lockClass = advisoryLockClass(`shotloom.outbox.${schema}`);
  const lock = sql<{ partition: number }>`
    select partition from unnest(${arrayOf(wanted, 'int')}) as partition
    where pg_try_advisory_xact_lock(${lockClass}::int, partition)`;
  const front = sql<PendingRow>`
    select front.* from unnest(${arrayOf(wanted, 'smallint')}) as lane
    cross join lateral (
      select id, partition, subject, envelope, headers from ${sql.id(schema, 'outbox')}
      where partition = lane and published_at is null and dead_at is null order by seq limit ${sql.lit(ROWS_PER_PARTITION)}
    ) as front`;
  const [locked, found] = await tx.together([lock, front]);
  const owned = new Set(locked.rows.map(({ partition }) => partition));
  return { owned, rows: found.rows.filter(({ partition }) => owned.has(partition)) };
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

/**
 * What belongs together (one `correlationId`) goes one after the other, the next row only after the PubAck of the one before; what does
 * not goes side by side. A row that may pass later holds up all that has not been sent yet; one that never will would hold them up
 * for ever, and is laid aside.
 */
async function publishLane(
  rows: readonly PendingRow[],
  publish: PublishEnvelope,
  deadline: number,
): Promise<LaneOutcome> {
  const publishedIds: string[] = [];
  const dead: Refusal[] = [];
  let failure: Refusal | undefined;
  let late = false;
  const threads = Map.groupBy(rows, ({ envelope }) => envelope.correlationId);
  const inOrder = async (thread: readonly PendingRow[]): Promise<void> => {
    for (const row of thread) {
      late ||= Date.now() > deadline;
      if (late || failure !== undefined) return;
      const error = await tryPublish(row, publish);
      if (error === undefined) publishedIds.push(row.id);
      else if (isFinal(error.reason)) dead.push({ messageId: row.id, error: error.reason });
      else {
        failure ??= { messageId: row.id, error: error.reason };
        return;
      }
    }
  };
  await Promise.all([...threads.values()].map(inOrder));
  return {
    publishedIds,
    dead,
    ...(failure === undefined ? {} : { failure }),
    more: moreAfter(rows, failure, late),
  };
}

const moreAfter = (rows: readonly PendingRow[], failure: Refusal | undefined, late: boolean): boolean =>
  failure === undefined && (late || rows.length >= ROWS_PER_PARTITION);

async function tryPublish(
  { subject, envelope, headers }: PendingRow,
  publish: PublishEnvelope,
): Promise<{ readonly reason: unknown } | undefined> {
  try {
    await withTimeout(publish(subject, envelope, headers));
    return undefined;
  } catch (reason) {
    return { reason };
  }
}

/** Only an error that says so: what we do not understand may be gone the next time. */
function isFinal(error: unknown): boolean {
  return error instanceof AppError && !error.retryable;
}

/** A plain timer: a signal would make an error with a stack for every message, to be thrown away. */
function withTimeout(publishing: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void =>
      reject(new Error(`The bus did not acknowledge within ${PUBLISH_TIMEOUT_MS} ms.`));
    const timer = setTimeout(giveUp, PUBLISH_TIMEOUT_MS).unref();
    publishing.then(() => resolve(), reject).finally(() => clearTimeout(timer));
  });
}

function markPublished(schema: string, ids: readonly string[]): RawBuilder<unknown> {
  return sql`
    update ${sql.id(schema, 'outbox')} set published_at = clock_timestamp()
    where id = any(${arrayOf(ids, 'uuid')})`;
}

function markDead(schema: string, dead: readonly Refusal[]): RawBuilder<unknown> {
  const ids = dead.map(({ messageId }) => messageId);
  const reasons = dead.map(({ error }) => {
    const { code, message } = AppError.from(error);
    return `${code}: ${message}`.slice(0, REASON_CHARS);
  });
  return sql`
    update ${sql.id(schema, 'outbox')} as row set dead_at = clock_timestamp(), dead_reason = refused.reason
    from unnest(${ids}::uuid[], ${reasons}::text[]) as refused (id, reason) where row.id = refused.id`;
}
