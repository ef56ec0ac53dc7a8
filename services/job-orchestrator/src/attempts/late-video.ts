import { AppError } from '@shotloom/kernel';
import type { VendorOutcome } from '@shotloom/contracts';
import type { JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import { failJob } from '../jobs/job-endings';
import { logJob } from '../log/log-entry';
import type { OutcomeResult } from './apply-outcome';
import { emitIngest } from './attempt-messages';
import { changeAttempt, endAttempt, type AttemptRow } from './attempt-rows';
import { tooLate } from './fail-attempt';
import { cancelJob } from '../jobs/job-endings';
import { shownNow } from './shown';
import { startTimer, stopTimer } from './timers';

/** A video that was given up is looked for at this pace, for as long again as it was waited for. Seconds. */
const LATE_LOOK_SECONDS = 300;

/**
 * The hard limit has passed: the job fails and its hold is released, since nobody may be charged for waiting. The vendor is still
 * looked at: it may deliver, and bill us, later.
 */
export async function giveUp(tx: JobsTx, job: JobRow, attempt: AttemptRow): Promise<void> {
  const error = tooLate(attempt.provider).toRecord();
  const ended = await endAttempt(tx, attempt, 'failed', JSON.stringify(error));
  await lookForIt(tx, ended);
  logJob(tx, job.job_id, { level: 'ERROR', text: error.message, attempt: ended });
  if (job.cancel_requested_at !== null) await cancelJob(tx, job, attempt.progress);
  else await failJob(tx, { ...job, progress: shownNow(job, attempt) }, error);
}

/** A link that was fetched from in vain is forgotten: the next look gives another. */
async function lookForIt(tx: JobsTx, ended: AttemptRow): Promise<void> {
  const looking = ended.result === null ? ended : await changeAttempt(tx, ended, { result: null });
  await startTimer(tx, looking, 'late', LATE_LOOK_SECONDS);
}

/** The fetch of a late video failed: it is looked for again, as long as late ones are. */
export async function lateFetchFailed(
  tx: JobsTx,
  job: JobRow,
  attempt: AttemptRow,
  { retryable }: Pick<AppError, 'retryable'>,
): Promise<boolean> {
  if (!retryable || job.late_asset_id !== null || job.deleted_at !== null) return false;
  await lookForIt(tx, attempt);
  return true;
}

/** A video that comes after its job was given up is stored and given to the user for nothing; we count it as a loss. */
export async function lateVideo(
  tx: JobsTx,
  job: JobRow,
  attempt: AttemptRow,
  outcome: VendorOutcome,
): Promise<OutcomeResult> {
  if (outcome.kind === 'failed') {
    await stopTimer(tx, attempt.attempt_id);
    return { applied: false };
  }
  if (outcome.kind !== 'succeeded' || !wasGivenUp(attempt) || attempt.result !== null)
    return { applied: false };
  await stopTimer(tx, attempt.attempt_id);
  const [video] = outcome.videos;
  const source = { kind: 'url' as const, url: video?.url ?? '', expiresAt: video?.expiresAt ?? null };
  const paid = outcome.cost && JSON.stringify(outcome.cost);
  const late = await changeAttempt(tx, attempt, { result: JSON.stringify(source), cost: paid });
  if (job.deleted_at !== null) return { applied: true };
  emitIngest(tx, job, late, source);
  const text = `${attempt.provider} has made the video after all, too late for this job. It is fetched and costs nothing.`;
  logJob(tx, job.job_id, { level: 'WARN', text, attempt: late });
  return { applied: true };
}

/** Ended by our patience, not by anybody's verdict. */
export function wasGivenUp({ status, error }: AttemptRow): boolean {
  return status === 'failed' && error !== null && AppError.fromRecord(error).code === 'provider_timeout';
}
