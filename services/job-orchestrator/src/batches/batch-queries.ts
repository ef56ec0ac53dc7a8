import { sql } from 'kysely';
import type {
  BatchRecord,
  getBatchRpc,
  JobRecord,
  listBatchesRpc,
  RpcRequest,
  RpcResponse,
} from '@shotloom/contracts';
import { after, encodeCursor, type Database } from '@shotloom/database';
import { isId } from '@shotloom/kernel';
import type { JobsSchema } from '../schema/tables';

type Db = Pick<Database<JobsSchema>, 'sql'>;
interface BatchRow {
  readonly batch_id: string;
  readonly name: string | null;
  readonly created_at: Date;
}
interface StateRow {
  readonly batch_id: string;
  readonly status: JobRecord['status'];
  readonly videos: number;
  /** Of all of them together. */
  readonly progress: number;
  readonly price: number;
  readonly held: number;
  readonly captured: number;
  readonly open: number;
  readonly finished_at: Date | null;
}

/** See `getBatchRpc`. */
export async function getBatch(
  { sql: db }: Db,
  { userId, batchId }: RpcRequest<typeof getBatchRpc>,
): Promise<RpcResponse<typeof getBatchRpc>> {
  if (!isId(batchId)) return { batch: null, rows: [] };
  const batch = await db
    .selectFrom('jobs.batches')
    .select(['batch_id', 'name', 'created_at'])
    .where('batch_id', '=', batchId)
    .where('owner_user_id', '=', userId)
    .where('accepted_at', 'is not', null)
    .executeTakeFirst();
  if (!batch) return { batch: null, rows: [] };
  const rows = await db
    .selectFrom('jobs.batch_rows')
    .select(['row_no', 'key', 'job_ids'])
    .where('batch_id', '=', batchId)
    .orderBy('row_no')
    .execute();
  const [record = null] = await toRecords({ sql: db }, [batch]);
  return { batch: record, rows: rows.map(({ row_no: row, key, job_ids: jobIds }) => ({ row, key, jobIds })) };
}

/** See `listBatchesRpc`. */
export async function listBatches(
  { sql: db }: Db,
  { userId, limit, cursor }: RpcRequest<typeof listBatchesRpc>,
): Promise<RpcResponse<typeof listBatchesRpc>> {
  const rows = await db
    .selectFrom('jobs.batches')
    .select(['batch_id', 'name', 'created_at'])
    .where('owner_user_id', '=', userId)
    .where('accepted_at', 'is not', null)
    .where(after(cursor, sql`created_at`, sql`batch_id`))
    .orderBy('created_at', 'desc')
    .orderBy('batch_id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    batches: await toRecords({ sql: db }, page),
    nextCursor: last ? encodeCursor({ createdAt: last.created_at, id: last.batch_id }) : null,
  };
}

/** The jobs of a batch of this user; undefined where there is no such batch. */
export async function jobsOfBatch(db: Db, userId: string, batchId: string): Promise<string[] | undefined> {
  const { batch, rows } = await getBatch(db, { userId, batchId });
  return batch ? rows.flatMap(({ jobIds }) => jobIds) : undefined;
}

/** Two statements, however many batches. */
async function toRecords({ sql: db }: Db, batches: readonly BatchRow[]): Promise<BatchRecord[]> {
  if (batches.length === 0) return [];
  const ids = batches.map(({ batch_id: id }) => id);
  const { rows } = await sql<StateRow>`
    SELECT line.batch_id, job.status, count(*)::int AS videos,
      sum(CASE WHEN job.finished_at IS NULL THEN greatest(job.progress, coalesce(attempt.progress, 0)) ELSE 100 END)::int AS progress,
      sum(job.price_credits)::int AS price, sum(job.credits_held)::int AS held, sum(job.credits_captured)::int AS captured,
      count(*) FILTER (WHERE job.finished_at IS NULL)::int AS open, max(job.finished_at) AS finished_at
    FROM jobs.batch_rows AS line CROSS JOIN LATERAL unnest(line.job_ids) AS made (job_id)
    JOIN jobs.jobs AS job ON job.job_id = made.job_id
    LEFT JOIN jobs.attempts AS attempt ON attempt.attempt_id = job.active_attempt_id
    WHERE line.batch_id = ANY (${ids}::uuid[]) GROUP BY line.batch_id, job.status`.execute(db);
  const counted = await sql<{ batch_id: string; rows: number }>`
    SELECT batch_id, count(*)::int AS rows FROM jobs.batch_rows
    WHERE batch_id = ANY (${ids}::uuid[]) GROUP BY batch_id`.execute(db);
  const rowsOf = new Map(counted.rows.map((row) => [row.batch_id, row.rows]));
  const statesOf = Map.groupBy(rows, (row) => row.batch_id);
  return batches.map((batch) =>
    toRecord(batch, rowsOf.get(batch.batch_id) ?? 0, statesOf.get(batch.batch_id) ?? []),
  );
}

function toRecord(batch: BatchRow, rows: number, states: readonly StateRow[]): BatchRecord {
  const sum = (of: (state: StateRow) => number): number =>
    states.reduce((total, state) => total + of(state), 0);
  const videos = sum((state) => state.videos);
  const ended = sum((state) => state.open) === 0;
  const times = states.flatMap((state) => state.finished_at?.getTime() ?? []);
  return {
    batchId: batch.batch_id,
    name: batch.name,
    rows,
    videos,
    states: Object.fromEntries(states.map((state) => [state.status, state.videos])),
    // Only what has ended is done.
    progress: ended ? 100 : Math.min(99, Math.floor(sum((state) => state.progress) / Math.max(1, videos))),
    priceCredits: sum((state) => state.price),
    creditsHeld: sum((state) => state.held),
    creditsCaptured: sum((state) => state.captured),
    createdAt: batch.created_at.toISOString(),
    finishedAt: ended && times.length > 0 ? new Date(Math.max(...times)).toISOString() : null,
  };
}
