import type { VendorOutcome } from '@shotloom/contracts';
import { changeJob, type JobsTx } from '../jobs/job-changes';
import { cancelJob } from '../jobs/job-endings';
import { RENDERED_PERCENT, type JobRow } from '../jobs/job-row';
import { logJob } from '../log/log-entry';
import { emitIngest, INGEST_RESEND_SECONDS } from './attempt-messages';
import type { OutcomeResult } from './apply-outcome';
import { changeAttempt, endAttempt, inSeconds, type AttemptRow } from './attempt-rows';
import { stopTimer } from './timers';
import { sourceOf } from './video-source';

type Succeeded = Extract<VendorOutcome, { kind: 'succeeded' }>;

interface FinishedVideo extends Pick<Succeeded, 'videos' | 'cost'> {
  /** When the vendor took the task; null where we hear of the task and of its video at once. */
  readonly since: Date | null;
}

/**
 * The vendor has made the video: it is fetched at once, since its link ends. A cancel that came too late to be free is over:
 * what is fully paid is delivered (design, section 4.9).
 */
export async function videoIsThere(
  tx: JobsTx,
  job: JobRow,
  attempt: AttemptRow,
  { videos, cost, since }: FinishedVideo,
): Promise<OutcomeResult> {
  await stopTimer(tx, attempt.attempt_id);
  const took = secondsOf(attempt, since);
  if (job.cancel_requested_at !== null && job.cancel_policy === 'free') {
    await endAttempt(tx, await changeAttempt(tx, attempt, { cost }), 'cancelled');
    await cancelJob(tx, job, attempt.progress);
    return { applied: true };
  }
  const source = sourceOf({ videos });
  const storing = await changeAttempt(tx, attempt, {
    status: 'storing',
    progress: 1,
    result: source,
    cost,
    resends: 0,
    due_at: inSeconds(INGEST_RESEND_SECONDS),
  });
  logJob(tx, job.job_id, {
    level: 'INFO',
    text: `${attempt.provider} has made the video${took === undefined ? '' : ` in ${Math.round(took)} s`}; it is being fetched.`,
    attempt: storing,
  });
  const progress = Math.max(job.progress, RENDERED_PERCENT);
  const conditions = job.conditions.filter((condition) => condition === 'cancelling');
  emitIngest(tx, job, storing, source);
  await changeJob(tx, job, { status: 'storing', stage: 'downloading', progress, conditions });
  return { applied: true, took: took === undefined ? undefined : { model: attempt.model, seconds: took } };
}

/**
 * From the vendor's acceptance until now. Undefined where that is not known (the answer to the submit was lost), and where the
 * video was fetched before and its link had ended: neither says how long the model takes.
 */
function secondsOf({ link_refreshes }: AttemptRow, since: Date | null): number | undefined {
  if (since === null || link_refreshes > 0) return undefined;
  return Math.max(0, (Date.now() - since.getTime()) / 1000);
}
