import { AppError, backoffMs, type ErrorRecord, type RetryPolicy } from '@shotloom/kernel';
import type { PayloadOf, attemptCancelledV1, attemptFailedV1, attemptSucceededV1 } from '@shotloom/contracts';
import { changeJob, type JobsTx } from '../jobs/job-changes';
import { cancelJob, failJob } from '../jobs/job-endings';
import { RENDERED_PERCENT, shownProgress, type JobRow } from '../jobs/job-row';
import { openLane } from '../scheduler/lanes';
import { emitDelete, emitIngest } from './attempt-messages';
import { changeAttempt, endAttempt, inSeconds, lockAttempt, type AttemptRow } from './attempt-rows';

/** Between the attempts of one job. */
const RETRY: RetryPolicy = { maxAttempts: 10, baseMs: 1_000, factor: 3, maxMs: 60_000, jitter: 0.3 };
/** After this the ingest is asked for again: the message or its answer was lost with a broker or a disk. */
export const INGEST_RESEND_SECONDS = 60;

/** What became of a reported outcome, for logs and metrics. */
export type Applied = 'applied' | 'stale' | 'unknown';

/**
 * An attempt that reports under the fence it was granted. Anything older changes nothing: the attempt ended, or is in
 * another worker's hands.
 */
async function lockReporting(
  tx: JobsTx,
  report: { attemptId: string; fence: number },
): Promise<{ job: JobRow; attempt: AttemptRow; current: boolean } | undefined> {
  const locked = await lockAttempt(tx, report.attemptId);
  if (!locked) return undefined;
  const { attempt } = locked;
  return { ...locked, current: attempt.status === 'running' && attempt.fence === report.fence };
}

export async function attemptSucceeded(
  tx: JobsTx,
  report: PayloadOf<typeof attemptSucceededV1>,
): Promise<Applied> {
  const locked = await lockReporting(tx, report);
  if (!locked) return 'unknown';
  const { job, attempt, current } = locked;
  if (!current) {
    // The same report again must not remove what is being stored; one of an older fence left an object nobody wants.
    if (attempt.result?.kind !== 'object' || attempt.result.key !== report.result.key)
      emitDelete(tx, job, { objectKeys: [report.result.key] });
    return 'stale';
  }
  if (job.cancel_requested_at !== null) {
    await endAttempt(tx, attempt, 'cancelled');
    await cancelJob(tx, job, attempt.progress);
    emitDelete(tx, job, { attemptId: attempt.attempt_id });
    return 'applied';
  }
  const rendered = await changeAttempt(tx, attempt, {
    status: 'storing',
    progress: 1,
    result: JSON.stringify(report.result),
    label: report.label,
    resends: 0,
    due_at: inSeconds(INGEST_RESEND_SECONDS),
  });
  const progress = Math.max(job.progress, RENDERED_PERCENT);
  await changeJob(tx, job, { status: 'storing', stage: 'downloading', progress });
  emitIngest(tx, job, rendered, report.result);
  return 'applied';
}

export async function attemptFailed(tx: JobsTx, report: PayloadOf<typeof attemptFailedV1>): Promise<Applied> {
  const locked = await lockReporting(tx, report);
  if (!locked) return 'unknown';
  if (!locked.current) return 'stale';
  await failAttempt(tx, locked.job, locked.attempt, AppError.fromRecord(report.error).toRecord());
  return 'applied';
}

export async function attemptCancelled(
  tx: JobsTx,
  report: PayloadOf<typeof attemptCancelledV1>,
): Promise<Applied> {
  const locked = await lockReporting(tx, report);
  if (!locked) return 'unknown';
  const { job, attempt, current } = locked;
  if (!current) return 'stale';
  await endAttempt(tx, attempt, 'cancelled');
  await cancelJob(tx, job, attempt.progress);
  return 'applied';
}

/** Ends a failed attempt; the job gets another one where that makes sense, else it fails and its hold is released. */
export async function failAttempt(
  tx: JobsTx,
  job: JobRow,
  attempt: AttemptRow,
  error: ErrorRecord,
): Promise<void> {
  await endAttempt(tx, attempt, 'failed', JSON.stringify(error));
  emitDelete(tx, job, { attemptId: attempt.attempt_id });
  if (job.cancel_requested_at !== null) {
    await cancelJob(tx, job, attempt.progress);
    return;
  }
  if (!error.retryable || job.attempts_made >= job.max_attempts) {
    await failJob(tx, job, error, attempt.progress);
    return;
  }
  await tx.sql
    .updateTable('jobs.jobs')
    .set({
      active_attempt_id: null,
      not_before: inSeconds(backoffMs(RETRY, job.attempts_made) / 1000),
      progress: shownProgress(job.progress, attempt.progress),
    })
    .where('job_id', '=', job.job_id)
    .execute();
  await openLane(tx, { provider: job.provider, ownerUserId: job.owner_user_id, weight: job.weight });
}
