import { sql, type UpdateObject } from 'kysely';
import { AppError } from '@shotloom/kernel';
import { jobChangedV1, jobStateMachine, subjects, type JobStatus } from '@shotloom/contracts';
import type { UnitOfWork } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';
import { toJobState, type JobRow } from './job-row';

export type JobsTx = UnitOfWork<JobsSchema>;
export type JobPatch = Omit<
  UpdateObject<JobsSchema, 'jobs.jobs'>,
  'job_id' | 'version' | 'changed_at' | 'status'
> & {
  readonly status?: JobStatus;
};

/** Locks the job's row. Everything that changes a job or its attempts takes this lock first, so moves cannot race. */
export function lockJob(tx: JobsTx, jobId: string): Promise<JobRow | undefined> {
  return tx.sql
    .selectFrom('jobs.jobs')
    .selectAll()
    .where('job_id', '=', jobId)
    .forUpdate()
    .executeTakeFirst();
}

/**
 * The one way a job changes that somebody may see: the row and its event, in one transaction. The row must be locked.
 * Throws where the move is not in the state machine: that is a mistake of ours, never of a user.
 */
export async function changeJob(tx: JobsTx, job: JobRow, patch: JobPatch): Promise<JobRow> {
  const next = patch.status;
  if (next !== undefined && next !== job.status && !jobStateMachine.can(job.status, next)) {
    throw new AppError('internal', `Job ${job.job_id} cannot go from ${job.status} to ${next}.`);
  }
  const changed = await tx.sql
    .updateTable('jobs.jobs')
    .set({ ...patch, version: job.version + 1, changed_at: sql<Date>`clock_timestamp()` })
    .where('job_id', '=', job.job_id)
    .where('version', '=', job.version)
    .returningAll()
    .executeTakeFirstOrThrow();
  emitChanged(tx, changed);
  return changed;
}

/** Events of one job share a partition of the outbox, so they are published in the order of its versions. */
export function emitChanged(tx: JobsTx, job: JobRow): void {
  tx.emit({
    contract: jobChangedV1,
    payload: { state: toJobState(job) },
    subject: subjects.jobs(job.owner_user_id),
    partitionKey: job.job_id,
    correlationId: job.job_id,
    headers: { 'Shotloom-Job': job.job_id, 'Shotloom-Version': String(job.version) },
  });
}
