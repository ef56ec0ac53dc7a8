import { AppError, assertNever } from '@shotloom/kernel';
import { changeJob, type JobsTx } from '../jobs/job-changes';
import { cancelJob, failJob } from '../jobs/job-endings';
import type { JobRow } from '../jobs/job-row';
import { logJob } from '../log/log-entry';
import type { ModelTimes } from '../models/durations';
import { RESEND_SECONDS } from '../scheduler/dispatch';
import { emitWork } from './attempt-messages';
import { changeAttempt, endAttempt, inSeconds, lockAttempt, type AttemptRow } from './attempt-rows';
import { stopTimer } from './timers';
import { vendorHasIt } from './vendor-has-it';

/** What a person, or the vendor itself, says of an attempt whose answer was lost. */
export type Resolution =
  /** The vendor has no such task: the same attempt may be sent again. */
  | { readonly kind: 'not_bought' }
  /** The vendor has it under this id: it is waited for as always. */
  | { readonly kind: 'found'; readonly vendorTaskId: string }
  /** Nobody can know: the job fails and its hold is released. A video that comes all the same is the user's for nothing, the operator's loss. */
  | { readonly kind: 'give_up' };

/** Where the catalogue is not at hand, as in the operator's command. */
const UNKNOWN_TIMES: ModelTimes = { p50: 120, p95: 240 };

/** Decides an uncertain attempt. Throws `not_found`, or `conflict` where it is not uncertain (any more), or the task is another's. */
export async function resolveUncertain(
  tx: JobsTx,
  attemptId: string,
  resolution: Resolution,
  times: ModelTimes = UNKNOWN_TIMES,
): Promise<void> {
  const locked = await lockAttempt(tx, attemptId);
  if (!locked) throw new AppError('not_found', `There is no attempt ${attemptId}.`);
  const { job, attempt } = locked;
  if (attempt.status !== 'uncertain') {
    throw new AppError('conflict', `Attempt ${attemptId} is ${attempt.status}, not uncertain.`);
  }
  switch (resolution.kind) {
    case 'not_bought':
      return notBought(tx, job, attempt, 'The operator found that nothing was bought');
    case 'found': {
      const { vendorTaskId } = resolution;
      await refuseOfAnother(tx, attempt, vendorTaskId);
      logJob(tx, job.job_id, {
        level: 'INFO',
        text: `The operator found the task as ${vendorTaskId}.`,
        attempt,
      });
      await vendorHasIt(tx, job, attempt, { vendorTaskId, phase: 'queued', times });
      return;
    }
    case 'give_up':
      return abandon(tx, job, attempt);
    default:
      return assertNever(resolution, 'resolution');
  }
}

/** One task is one video, which is paid once. Another key may be another server, which has tasks of the same names. */
async function refuseOfAnother(
  tx: JobsTx,
  { attempt_id: attemptId, provider, credential_id: credentialId }: AttemptRow,
  vendorTaskId: string,
): Promise<void> {
  const other = await tx.sql
    .selectFrom('jobs.attempts')
    .select('attempt_id')
    .where('provider', '=', provider)
    .where('vendor_task_id', '=', vendorTaskId)
    .where('credential_id', '=', credentialId)
    .where('attempt_id', '<>', attemptId)
    .executeTakeFirst();
  if (!other) return;
  throw new AppError(
    'conflict',
    `The task ${vendorTaskId} is that of attempt ${other.attempt_id}: look for another one.`,
  );
}

/** Back to where any worker may send it: one that was cancelled meanwhile ends instead. */
export async function notBought(tx: JobsTx, job: JobRow, attempt: AttemptRow, why: string): Promise<void> {
  await stopTimer(tx, attempt.attempt_id);
  if (job.cancel_requested_at !== null) {
    await endAttempt(tx, attempt, 'cancelled');
    await cancelJob(tx, job, attempt.progress);
    return;
  }
  const offered = await changeAttempt(tx, attempt, {
    status: 'submitting',
    worker_id: null,
    error: null,
    resends: 0,
    due_at: inSeconds(RESEND_SECONDS),
  });
  logJob(tx, job.job_id, { level: 'INFO', text: `${why}; it is sent again.`, attempt: offered });
  const conditions = job.conditions.filter((condition) => condition !== 'uncertain');
  await changeJob(tx, job, { conditions });
  emitWork(tx, offered);
}

async function abandon(tx: JobsTx, job: JobRow, attempt: AttemptRow): Promise<void> {
  const error = new AppError(
    'submit_unknown',
    'Whether the engine made this video could not be found out. Nothing was charged.',
    { provider: attempt.provider, outcome: 'unknown' },
  ).toRecord();
  const ended = await endAttempt(tx, attempt, 'failed', error);
  await stopTimer(tx, attempt.attempt_id);
  logJob(tx, job.job_id, { level: 'ERROR', text: error.message, attempt: ended });
  if (job.cancel_requested_at !== null) await cancelJob(tx, job, attempt.progress);
  else await failJob(tx, job, error);
}
