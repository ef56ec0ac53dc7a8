import { AppError, assertNever } from '@shotloom/kernel';
import { changeJob, type JobsTx } from '../jobs/job-changes';
import { cancelJob, failJob } from '../jobs/job-endings';
import { RESEND_SECONDS } from '../scheduler/dispatch';
import { emitWork } from './attempt-messages';
import { changeAttempt, endAttempt, inSeconds, lockAttempt } from './attempt-rows';

/** What a person says of an attempt whose answer was lost. */
export type Resolution =
  | { readonly kind: 'not_bought' }
  | { readonly kind: 'found'; readonly vendorTaskId: string }
  | { readonly kind: 'give_up' };

/** Decides an uncertain attempt. Throws `not_found`, or `conflict` where it is not uncertain (any more). */
export async function resolveUncertain(tx: JobsTx, attemptId: string, resolution: Resolution): Promise<void> {
  const locked = await lockAttempt(tx, attemptId);
  if (!locked) throw new AppError('not_found', `There is no attempt ${attemptId}.`);
  const { job, attempt } = locked;
  if (attempt.status !== 'uncertain')
    throw new AppError('conflict', `Attempt ${attemptId} is ${attempt.status}, not uncertain.`);
  const conditions = job.conditions.filter((condition) => condition !== 'uncertain');
  switch (resolution.kind) {
    case 'not_bought': {
      const again = { status: 'submitting', worker_id: null, due_at: inSeconds(RESEND_SECONDS) } as const;
      const offered = await changeAttempt(tx, attempt, again);
      await changeJob(tx, job, { conditions });
      return emitWork(tx, offered);
    }
    case 'found':
      await changeAttempt(tx, attempt, { status: 'submitted', vendor_task_id: resolution.vendorTaskId });
      await changeJob(tx, job, { conditions });
      return;
    case 'give_up': {
      const message = 'Whether the engine made this video could not be found out. Nothing was charged.';
      const error = new AppError('submit_unknown', message, { outcome: 'unknown' }).toRecord();
      await endAttempt(tx, attempt, 'failed', JSON.stringify(error));
      await (job.cancel_requested_at === null ? failJob(tx, job, error) : cancelJob(tx, job));
      return;
    }
    default:
      return assertNever(resolution, 'resolution');
  }
}
