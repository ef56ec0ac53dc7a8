import { AppError } from '@shotloom/kernel';
import type { PayloadOf, attemptCancelledV1, attemptFailedV1, attemptSucceededV1 } from '@shotloom/contracts';
import { changeJob, type JobsTx } from '../jobs/job-changes';
import { cancelJob } from '../jobs/job-endings';
import { RENDERED_PERCENT, type JobRow } from '../jobs/job-row';
import { logJob } from '../log/log-entry';
import { emitDelete, emitIngest, INGEST_RESEND_SECONDS } from './attempt-messages';
import { changeAttempt, endAttempt, inSeconds, lockAttempt, type AttemptRow } from './attempt-rows';
import { failAttempt, type Fallbacks } from './fail-attempt';

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
    result: report.result,
    label: report.label,
    resends: 0,
    due_at: inSeconds(INGEST_RESEND_SECONDS),
  });
  const progress = Math.max(job.progress, RENDERED_PERCENT);
  await changeJob(tx, job, { status: 'storing', stage: 'downloading', progress });
  emitIngest(tx, job, rendered, report.result);
  logJob(tx, job.job_id, {
    level: 'INFO',
    text: 'It is rendered; the video is being stored.',
    attempt: rendered,
  });
  return 'applied';
}

export async function attemptFailed(
  tx: JobsTx,
  fallbacks: Fallbacks,
  report: PayloadOf<typeof attemptFailedV1>,
): Promise<Applied> {
  const locked = await lockReporting(tx, report);
  if (!locked) return 'unknown';
  if (!locked.current) return 'stale';
  await failAttempt(tx, fallbacks, locked.job, locked.attempt, AppError.fromRecord(report.error).toRecord());
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
