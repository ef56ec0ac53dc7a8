import { AppError } from '@shotloom/kernel';
import { emitCancel, emitDelete } from '../attempts/attempt-messages';
import { endAttempt, lockAttempt, type AttemptRow } from '../attempts/attempt-rows';
import { shownNow } from '../attempts/shown';
import { jobStateMachine } from '@shotloom/contracts';
import { logJob } from '../log/log-entry';
import { Moment } from '../changes/moment';
import { changeJob, changeJobUnseen, lockJob, type JobsTx } from './job-changes';
import { cancelJob } from './job-endings';
import type { JobRow } from './job-row';

export type CancelOutcome = 'cancelled' | 'cancelling';

function lockOwn(job: JobRow | undefined, userId: string, jobId: string): JobRow {
  if (job && job.owner_user_id === userId && job.deleted_at === null) return job;
  throw new AppError('not_found', `There is no job ${jobId}.`);
}

/** Cancels at once unless an engine is at it; then it asks, and the engine's verdict ends the job. */
export async function requestCancel(tx: JobsTx, userId: string, jobId: string): Promise<CancelOutcome> {
  const job = lockOwn(await lockJob(tx, jobId), userId, jobId);
  if (jobStateMachine.isTerminal(job.status)) {
    throw new AppError('conflict', `The job has ended already: it is ${job.status}.`);
  }
  return cancel(tx, job);
}

/** Cancels a locked job that has not ended. */
export async function cancel(tx: JobsTx, job: JobRow): Promise<CancelOutcome> {
  if (job.cancel_requested_at !== null) return 'cancelling';
  const active = job.active_attempt_id === null ? undefined : await lockAttempt(tx, job.active_attempt_id);
  if (active && needsVerdict(job, active.attempt)) {
    logJob(tx, job.job_id, {
      level: 'INFO',
      text: 'Its owner cancels it; the engine has it already, so its verdict is awaited.',
      attempt: active.attempt,
    });
    await changeJob(tx, job, {
      cancel_requested_at: Moment.now,
      conditions: [...new Set([...job.conditions, 'cancelling' as const])],
      progress: shownNow(job, active.attempt),
    });
    if (active.attempt.vendor_task_id !== null) emitCancel(tx, active.attempt);
    return 'cancelling';
  }
  if (active) {
    await endAttempt(tx, active.attempt, 'cancelled');
    // What is being stored now is refused by its tombstone, or removed when it is reported.
    emitDelete(tx, job, { attemptId: active.attempt.attempt_id });
  }
  await cancelJob(tx, job, active?.attempt.progress);
  return 'cancelled';
}

/** Whether a video may have been bought, or a worker is at it, so that our word alone does not end it. */
function needsVerdict(job: JobRow, { status }: AttemptRow): boolean {
  switch (status) {
    case 'sending':
    case 'uncertain':
    case 'submitted':
    case 'running':
      return true;
    case 'storing':
      // Fully paid is delivered.
      return job.cancel_policy !== 'free';
    default:
      return false;
  }
}

/** Removes a user's own job, as `removeJob` does. Throws `not_found`. */
export async function deleteJob(tx: JobsTx, userId: string, jobId: string): Promise<void> {
  await removeJob(tx, lockOwn(await lockJob(tx, jobId), userId, jobId), 'Its owner deleted it.');
}

/** Takes a locked job out of sight now; what runs is cancelled, what is stored is removed. `why` is a sentence of its log. */
export async function removeJob(tx: JobsTx, job: JobRow, why: string): Promise<void> {
  if (!jobStateMachine.isTerminal(job.status)) await cancel(tx, job);
  changeJobUnseen(tx, job, { deleted_at: Moment.now });
  logJob(tx, job.job_id, { level: 'INFO', text: why });
  if (job.output) emitDelete(tx, job, { assetId: job.output.assetId });
  if (job.late_asset_id !== null) emitDelete(tx, job, { assetId: job.late_asset_id });
}
