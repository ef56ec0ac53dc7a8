import { sql } from 'kysely';
import { AppError } from '@shotloom/kernel';
import { emitDelete } from '../attempts/attempt-messages';
import { endAttempt, lockAttempt } from '../attempts/attempt-rows';
import { jobStateMachine } from '@shotloom/contracts';
import { changeJob, lockJob, type JobsTx } from './job-changes';
import { cancelJob } from './job-endings';
import type { JobRow } from './job-row';

function lockOwn(job: JobRow | undefined, userId: string, jobId: string): JobRow {
  if (job && job.owner_user_id === userId && job.deleted_at === null) return job;
  throw new AppError('not_found', `There is no job ${jobId}.`);
}

/** Cancels at once unless a worker is at it; then it asks, and the worker's next report ends the job. */
export async function requestCancel(tx: JobsTx, userId: string, jobId: string): Promise<void> {
  const job = lockOwn(await lockJob(tx, jobId), userId, jobId);
  if (jobStateMachine.isTerminal(job.status)) {
    throw new AppError('conflict', `The job has ended already: it is ${job.status}.`);
  }
  await cancel(tx, job);
}

async function cancel(tx: JobsTx, job: JobRow): Promise<void> {
  if (job.cancel_requested_at !== null) return;
  const active = job.active_attempt_id === null ? undefined : await lockAttempt(tx, job.active_attempt_id);
  if (active?.attempt.status === 'running') {
    await changeJob(tx, job, {
      cancel_requested_at: sql<Date>`clock_timestamp()`,
      conditions: ['cancelling'],
    });
    return;
  }
  if (active) {
    await endAttempt(tx, active.attempt, 'cancelled');
    // What is being stored now is refused by its tombstone, or removed when it is reported.
    emitDelete(tx, job, { attemptId: active.attempt.attempt_id });
  }
  await cancelJob(tx, job, active?.attempt.progress);
}

/** Takes the job out of sight now; what runs is cancelled, what is stored is removed. */
export async function deleteJob(tx: JobsTx, userId: string, jobId: string): Promise<void> {
  const job = lockOwn(await lockJob(tx, jobId), userId, jobId);
  if (!jobStateMachine.isTerminal(job.status)) await cancel(tx, job);
  await tx.sql
    .updateTable('jobs.jobs')
    .set({ deleted_at: sql<Date>`clock_timestamp()` })
    .where('job_id', '=', jobId)
    .execute();
  if (job.output) emitDelete(tx, job, { assetId: job.output.assetId });
}
