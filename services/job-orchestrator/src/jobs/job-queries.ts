import type { JobRecord } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';
import type { JobsTx } from './job-changes';
import { progressOf, toJobRecord } from './job-row';

/** What the progress of a job that is being made follows from. */
const ATTEMPT_NOW = [
  'attempt.progress as attempt_progress',
  'attempt.kind as attempt_kind',
  'attempt.submitted_at as attempt_submitted_at',
  'attempt.usual_seconds as attempt_usual_seconds',
] as const;

export type Executor = Database<JobsSchema>['sql'] | JobsTx['sql'];

/** Jobs with what their running attempt last reported. */
export function selectJobs(executor: Executor) {
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
