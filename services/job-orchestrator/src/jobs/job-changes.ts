import { sql } from 'kysely';
import { AppError } from '@shotloom/kernel';
import { jobChangedV1, jobStateMachine, subjects } from '@shotloom/contracts';
import type { UnitOfWork } from '@shotloom/database';
import { Moment, type PatchOf } from '../changes/moment';
import { sessionOf } from '../changes/session';
import type { FixedJobColumn } from '../changes/tables';
import type { JobsSchema } from '../schema/tables';
import { toJobState, type JobRow } from './job-row';

export type JobsTx = UnitOfWork<JobsSchema>;
export type JobPatch = Omit<PatchOf<JobRow>, FixedJobColumn | 'version' | 'changed_at'>;

/**
 * Locks the job's row. Everything that changes a job or its attempts takes this lock first, so moves cannot race. Within one
 * transaction a job is read once; after that it is as the transaction has changed it.
 */
export async function lockJob(tx: JobsTx, jobId: string): Promise<JobRow | undefined> {
  const session = sessionOf(tx);
  const known = session.job(jobId);
  if (known) return known;
  const row = await tx.sql
    .selectFrom('jobs.jobs')
    .selectAll()
    .select(sql<Date>`clock_timestamp()`.as('locked_at'))
    .where('job_id', '=', jobId)
    .forUpdate()
    .executeTakeFirst();
  return row && noteLocked(tx, row);
}

/** Takes note of a job that another statement of the transaction has locked and read, with the database's clock at that moment. */
export function noteLocked(
  tx: JobsTx,
  { locked_at: lockedAt, ...job }: JobRow & { readonly locked_at: Date },
): JobRow {
  const session = sessionOf(tx);
  session.setClock(lockedAt);
  session.locked(job);
  return job;
}

/**
 * The one way a job changes that somebody may see: the row and its event, in one transaction. The row must be locked, and is written
 * with the commit. Throws where the move is not in the state machine: that is a mistake of ours, never of a user.
 */
export function changeJob(tx: JobsTx, job: JobRow, patch: JobPatch): Promise<JobRow> {
  const session = sessionOf(tx);
  const { status, version } = session.job(job.job_id) ?? job;
  const next = patch.status;
  if (next !== undefined && next !== status && !jobStateMachine.can(status, next)) {
    throw new AppError('internal', `Job ${job.job_id} cannot go from ${status} to ${next}.`);
  }
  const changed = session.changeJob(job, { ...patch, version: version + 1, changed_at: Moment.now });
  emitChanged(tx, changed);
  return Promise.resolve(changed);
}

/** A change that nobody is told of, since nothing that a user sees has changed. The row must be locked. */
export function changeJobUnseen(tx: JobsTx, job: JobRow, patch: Omit<JobPatch, 'status'>): JobRow {
  return sessionOf(tx).changeJob(job, patch);
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
