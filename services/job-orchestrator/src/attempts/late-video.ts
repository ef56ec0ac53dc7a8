import { AppError, type ErrorCode } from '@shotloom/kernel';
import { Moment } from '../changes/moment';
import type { JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import { cancelJob, failJob } from '../jobs/job-endings';
import { logJob } from '../log/log-entry';
import type { Answer, OutcomeResult } from './apply-outcome';
import { emitIngest } from './attempt-messages';
import { changeAttempt, endAttempt, inSeconds, type AttemptRow } from './attempt-rows';
import { tooLate } from './fail-attempt';
import { shownNow } from './shown';
import { startTimer, stopTimer } from './timers';
import { correctSpend } from '../spend/late-cost';
import { HARD_LIMIT_FACTOR } from './vendor-has-it';
import { sourceOf, MOST_FRESH_LINKS } from './video-source';

/** A video that was given up is looked for at this pace, for as long again as it was waited for. Seconds. */
const LATE_LOOK_SECONDS = 300;

/**
 * The hard limit has passed: the job fails and its hold is released, since nobody may be charged for waiting. The vendor is still
 * looked at: it may deliver, and bill us, later.
 */
export async function giveUp(tx: JobsTx, job: JobRow, attempt: AttemptRow): Promise<void> {
  const error = tooLate(attempt.provider).toRecord();
  const ended = await endAttempt(tx, attempt, 'failed', error);
  // A link that was fetched from in vain is forgotten: the next look gives another.
  const looking = ended.result === null ? ended : await changeAttempt(tx, ended, { result: null });
  await startTimer(tx, looking, 'late', LATE_LOOK_SECONDS);
  logJob(tx, job.job_id, { level: 'ERROR', text: error.message, attempt: ended });
  if (job.cancel_requested_at !== null) await cancelJob(tx, job, attempt.progress);
  else await failJob(tx, { ...job, progress: shownNow(job, attempt) }, error);
}

/**
 * The vendor has taken a task that an operator gave up, since nobody could know: it will be billed, so its video is looked for as one that
 * takes too long.
 */
export async function lookForGivenUp(
  tx: JobsTx,
  job: JobRow,
  attempt: AttemptRow,
  vendorTaskId: string,
): Promise<void> {
  const taken = await changeAttempt(tx, attempt, {
    vendor_task_id: vendorTaskId,
    submitted_at: Moment.now,
    hard_limit_at: inSeconds(job.longest_wait_seconds * HARD_LIMIT_FACTOR),
  });
  await startTimer(tx, taken, 'late', LATE_LOOK_SECONDS);
  const text = `${attempt.provider} has taken the task after all, as ${vendorTaskId}. Its video is looked for and costs nothing.`;
  logJob(tx, job.job_id, { level: 'WARN', text, attempt: taken });
}

/**
 * A video that comes after its job was given up is stored and given to the user for nothing; we count it as a loss. The vendor is asked on
 * until it is stored, since no sweep goes over attempts that have ended: a fetch that a broker forgot is asked for again then.
 */
export async function lateVideo(
  tx: JobsTx,
  job: JobRow,
  attempt: AttemptRow,
  { outcome, pollNo }: Pick<Answer, 'outcome' | 'pollNo'>,
): Promise<OutcomeResult> {
  await correctSpend(tx, attempt, outcome);
  if (outcome.kind === 'failed') {
    await stopTimer(tx, attempt.attempt_id);
    if (outcome.cost !== null) await changeAttempt(tx, attempt, { cost: outcome.cost });
    return { applied: false };
  }
  if (outcome.kind !== 'succeeded' || !wasGivenUp(attempt)) return { applied: false };
  const source = sourceOf(outcome);
  // The same callback once more is no reason to fetch it again.
  const isKnown = pollNo === null && isSame(source, attempt.result);
  if (isKnown || job.late_asset_id !== null) return { applied: false };
  const late = await changeAttempt(tx, attempt, { result: source, cost: outcome.cost });
  if (job.deleted_at !== null) {
    await stopTimer(tx, attempt.attempt_id);
    return { applied: true };
  }
  await startTimer(tx, late, 'late', LATE_LOOK_SECONDS);
  emitIngest(tx, job, late, source);
  if (attempt.result !== null) return { applied: true };
  const text = `${attempt.provider} has made the video after all, too late for this job. It is fetched and costs nothing.`;
  logJob(tx, job.job_id, { level: 'WARN', text, attempt: late });
  return { applied: true };
}

function isSame(source: ReturnType<typeof sourceOf>, known: AttemptRow['result']): boolean {
  if (known?.kind === 'url') return source.kind === 'url' && source.url === known.url;
  return known?.kind === 'object' && source.kind === 'object' && source.key === known.key;
}

/** Seconds until the vendor is asked again, by how often it was. */
const askAgainIn = (asked: number): number => Math.min(15 * 2 ** asked, LATE_LOOK_SECONDS);

/**
 * A late video could not be fetched, as when its link had ended: the vendor is asked again, which gives a fresh link. False where
 * that does not help.
 */
export async function askForLateVideo(
  tx: JobsTx,
  job: JobRow,
  attempt: AttemptRow,
  { code, retryable }: AppError,
): Promise<boolean> {
  const isWanted = job.late_asset_id === null && job.deleted_at === null;
  const canHelp = code === 'ingest_failed' && retryable && attempt.link_refreshes < MOST_FRESH_LINKS;
  if (!isWanted || !canHelp) {
    await stopTimer(tx, attempt.attempt_id);
    return false;
  }
  if (attempt.result === null) return false;
  const asking = await changeAttempt(tx, attempt, {
    result: null,
    link_refreshes: attempt.link_refreshes + 1,
    // It is made, so it is looked for as long as that many fetches take, however long it was waited for.
    hard_limit_at: inSeconds(MOST_FRESH_LINKS * LATE_LOOK_SECONDS),
  });
  await startTimer(tx, asking, 'late', askAgainIn(attempt.link_refreshes));
  return true;
}

/** By us, or by an operator who could not find out what became of the submit. */
const GIVEN_UP: ReadonlySet<ErrorCode> = new Set(['provider_timeout', 'submit_unknown']);

/** Ended by our patience, not by anybody's verdict. */
export function wasGivenUp({ status, error }: AttemptRow): boolean {
  return status === 'failed' && error !== null && GIVEN_UP.has(AppError.fromRecord(error).code);
}
