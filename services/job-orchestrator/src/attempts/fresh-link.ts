import type { AppError } from '@shotloom/kernel';
import { changeJob, type JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import { logJob } from '../log/log-entry';
import { changeAttempt, inSeconds, type AttemptRow } from './attempt-rows';
import { startTimer } from './timers';
import { MOST_FRESH_LINKS } from './video-source';

/** The first question at once, later ones after a while: a vendor's storage may be down. Seconds. */
const waitFor = (refreshes: number): number => (refreshes === 0 ? 0 : Math.min(15 * 2 ** refreshes, 900));
/** Room for the question and the fetch. Seconds. */
const DUE_AFTER = 1_200;

/** The video is made, and the vendor is asked where it is. */
export function asksForFreshLink({ status, link_refreshes }: AttemptRow): boolean {
  return status === 'running' && link_refreshes > 0;
}

/**
 * A vendor's link has ended or does not answer: the vendor is asked for the task again, which gives a fresh one. The video is made
 * already, so nothing is generated again. False where that does not help, and the attempt has failed.
 */
export async function askForFreshLink(
  tx: JobsTx,
  job: JobRow,
  attempt: AttemptRow,
  error: AppError,
): Promise<boolean> {
  if (attempt.kind !== 'poll' || error.code !== 'ingest_failed' || !error.retryable) return false;
  if (attempt.link_refreshes >= MOST_FRESH_LINKS) return false;
  const asking = await changeAttempt(tx, attempt, {
    status: 'running',
    link_refreshes: attempt.link_refreshes + 1,
    resends: 0,
    due_at: inSeconds(DUE_AFTER),
    // The wait for the video is over; what is waited for now is only its way to us.
    deadline_at: inSeconds(DUE_AFTER),
    hard_limit_at: inSeconds(MOST_FRESH_LINKS * DUE_AFTER),
    last_look: false,
  });
  await startTimer(tx, asking, 'poll', waitFor(attempt.link_refreshes));
  logJob(tx, job.job_id, {
    level: 'WARN',
    text: `The video could not be fetched (${error.message}) ${attempt.provider} is asked for a fresh link; nothing is made again.`,
    attempt: asking,
  });
  await changeJob(tx, job, { stage: 'downloading' });
  return true;
}
