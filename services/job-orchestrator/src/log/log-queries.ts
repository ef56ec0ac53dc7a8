import type { Selectable } from 'kysely';
import type { JobLogEntry, RpcRequest, RpcResponse, jobLogRpc } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { JobsTx } from '../jobs/job-changes';
import type { JobsSchema, LogTable } from '../schema/tables';

type Executor = Database<JobsSchema>['sql'] | JobsTx['sql'];

/** One page of a job's log, oldest first, for its owner. `next` is what the next page gives as `after`; null on the last. */
export async function readJobLog(
  executor: Executor,
  { userId, jobId, after, limit }: RpcRequest<typeof jobLogRpc>,
): Promise<RpcResponse<typeof jobLogRpc>> {
  const own = await executor
    .selectFrom('jobs.jobs')
    .select('job_id')
    .where('job_id', '=', jobId)
    .where('owner_user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (!own) return { entries: null, next: null };
  const rows = await executor
    .selectFrom('jobs.log')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('seq', '>', String(after))
    .orderBy('seq')
    .limit(limit + 1)
    .execute();
  const entries = rows.slice(0, limit).map(toLogEntry);
  return { entries, next: rows.length > limit ? (entries.at(-1)?.seq ?? null) : null };
}

/** The newest lines of a job, oldest first, whoever owns it: for operators. */
export async function readNewestLog(
  executor: Executor,
  jobId: string,
  limit: number,
): Promise<JobLogEntry[]> {
  const rows = await executor
    .selectFrom('jobs.log')
    .selectAll()
    .where('job_id', '=', jobId)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.toReversed().map(toLogEntry);
}

/** A line as it goes over the bus. */
export function toLogEntry(row: Selectable<LogTable>): JobLogEntry {
  return {
    jobId: row.job_id,
    seq: Number(row.seq),
    at: row.at.toISOString(),
    level: row.level,
    text: row.text,
    attemptId: row.attempt_id,
    attempt: row.attempt,
    provider: row.provider,
    vendorTaskId: row.vendor_task_id,
  };
}
