import { sql } from 'kysely';
import type { JobRecord, RpcRequest, listJobsRpc } from '@shotloom/contracts';
import { decodeCursor, encodeCursor, type Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';
import type { JobsTx } from './job-changes';
import { progressOf, toJobRecord } from './job-row';

/** An answer is one NATS message of at most 1 MiB. Bytes of JSON. */
const PAGE_BYTES = 600_000;

/** What the progress of a job that is being made follows from. */
const ATTEMPT_NOW = [
  'attempt.progress as attempt_progress',
  'attempt.kind as attempt_kind',
  'attempt.submitted_at as attempt_submitted_at',
  'attempt.usual_seconds as attempt_usual_seconds',
] as const;

type Executor = Database<JobsSchema>['sql'] | JobsTx['sql'];

function selectJobs(executor: Executor) {
  return executor
    .selectFrom('jobs.jobs as job')
    .leftJoin('jobs.attempts as attempt', 'attempt.attempt_id', 'job.active_attempt_id')
    .selectAll('job')
    .select(ATTEMPT_NOW);
}

/** One job of one user; undefined where it is not theirs, not there, or deleted. */
export async function findJob(
  executor: Executor,
  userId: string,
  jobId: string,
): Promise<JobRecord | undefined> {
  const row = await selectJobs(executor)
    .where('job.job_id', '=', jobId)
    .where('job.owner_user_id', '=', userId)
    .where('job.deleted_at', 'is', null)
    .executeTakeFirst();
  return row && toJobRecord(row);
}

/** Jobs by id in the order of the ids, of these owners only, without those that were deleted. */
export async function findJobs(
  executor: Executor,
  userIds: readonly string[],
  jobIds: readonly string[],
): Promise<JobRecord[]> {
  const rows = await selectJobs(executor)
    .where('job.job_id', 'in', jobIds)
    .where('job.owner_user_id', 'in', userIds)
    .where('job.deleted_at', 'is', null)
    .execute();
  const byId = new Map(rows.map((row) => [row.job_id, toJobRecord(row)]));
  return jobIds.flatMap((id) => byId.get(id) ?? []);
}

type JobNow = Pick<JobRecord, 'jobId' | 'status' | 'stage' | 'progress' | 'version'>;

/** How far jobs of one user are, in the order of the ids; of many at once, so it reads no more than that. */
export async function findStates(
  executor: Executor,
  userId: string,
  jobIds: readonly string[],
): Promise<JobNow[]> {
  const rows = await executor
    .selectFrom('jobs.jobs as job')
    .leftJoin('jobs.attempts as attempt', 'attempt.attempt_id', 'job.active_attempt_id')
    .select(['job.job_id', 'job.status', 'job.stage', 'job.progress', 'job.version'])
    .select(ATTEMPT_NOW)
    .where('job.job_id', 'in', jobIds)
    .where('job.owner_user_id', '=', userId)
    .where('job.deleted_at', 'is', null)
    .execute();
  const byId = new Map(rows.map((row) => [row.job_id, row]));
  return jobIds.flatMap((jobId) => {
    const row = byId.get(jobId);
    if (!row) return [];
    const { status, stage, version } = row;
    return [{ jobId, status, stage, version, progress: progressOf(row) }];
  });
}

/** One page by keyset: a deep page costs what the first one costs. */
export async function listJobs(
  executor: Executor,
  query: RpcRequest<typeof listJobsRpc>,
): Promise<{ jobs: JobRecord[]; nextCursor: string | null }> {
  const direction = query.order === 'oldest' ? 'asc' : 'desc';
  let select = selectJobs(executor)
    .where('job.owner_user_id', '=', query.userId)
    .where('job.deleted_at', 'is', null)
    .orderBy('job.created_at', direction)
    .orderBy('job.job_id', direction)
    .limit(query.limit + 1);
  if (query.cursor !== undefined) {
    const after = decodeCursor(query.cursor);
    const beyond = sql.raw(query.order === 'oldest' ? '>' : '<');
    select = select.where(
      sql<boolean>`(job.created_at, job.job_id) ${beyond} (${after.createdAt}::timestamptz, ${after.id}::uuid)`,
    );
  }
  if (query.statuses) select = select.where('job.status', 'in', query.statuses);
  if (query.provider !== undefined) select = select.where('job.provider', '=', query.provider);
  if (query.createdFrom !== undefined)
    select = select.where('job.created_at', '>=', new Date(query.createdFrom));
  if (query.createdBefore !== undefined)
    select = select.where('job.created_at', '<', new Date(query.createdBefore));
  const rows = await select.execute();
  const jobs = withinMessage(rows.slice(0, query.limit).map(toJobRecord));
  const last = rows[jobs.length - 1];
  const more = rows.length > jobs.length && last !== undefined;
  return {
    jobs,
    nextCursor: more ? encodeCursor({ createdAt: last.created_at, id: last.job_id }) : null,
  };
}

/** A page ends early where its jobs are large; the next one goes on. At least one job always fits. */
function withinMessage(jobs: readonly JobRecord[]): JobRecord[] {
  let bytes = 0;
  const fitting = jobs.findIndex((job) => (bytes += Buffer.byteLength(JSON.stringify(job))) > PAGE_BYTES);
  return fitting === -1 ? [...jobs] : jobs.slice(0, Math.max(1, fitting));
}
