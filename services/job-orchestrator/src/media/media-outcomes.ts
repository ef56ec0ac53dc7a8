import { AppError } from '@shotloom/kernel';
import type { AssetRecord, JobOutput, PayloadOf, mediaFailedV1, mediaStoredV1 } from '@shotloom/contracts';
import { emitDelete } from '../attempts/attempt-messages';
import type { Applied } from '../attempts/attempt-outcomes';
import { changeAttempt, endAttempt, lockAttempt, type AttemptRow } from '../attempts/attempt-rows';
import { askForFreshLink, asksForFreshLink } from '../attempts/fresh-link';
import { failAttempt, type Fallbacks } from '../attempts/fail-attempt';
import { askForLateVideo, wasGivenUp } from '../attempts/late-video';
import { stopTimer } from '../attempts/timers';
import { changeJob, type JobsTx } from '../jobs/job-changes';
import { cancelJob, completeJob } from '../jobs/job-endings';
import type { JobRow } from '../jobs/job-row';
import { logJob } from '../log/log-entry';

/** The video is ours: the job is completed and paid in one transaction, once. */
export async function mediaStored(tx: JobsTx, report: PayloadOf<typeof mediaStoredV1>): Promise<Applied> {
  const locked = await lockAttempt(tx, report.attemptId);
  if (!locked) return 'unknown';
  const { job, attempt } = locked;
  return stored(tx, job, attempt, report);
}

async function stored(
  tx: JobsTx,
  job: JobRow,
  attempt: AttemptRow,
  report: PayloadOf<typeof mediaStoredV1>,
): Promise<Applied> {
  if (wasGivenUp(attempt)) return storedLate(tx, job, attempt, report.asset);
  const storing = await whereFetched(tx, attempt);
  if (!storing) {
    // Stored twice is the same asset; stored after the attempt was given up is one that nobody is given.
    if (attempt.status !== 'stored') emitDelete(tx, job, { assetId: report.asset.assetId });
    return 'stale';
  }
  if (job.cancel_requested_at !== null && job.cancel_policy === 'free') {
    await endAttempt(tx, storing, 'cancelled');
    await cancelJob(tx, job, attempt.progress);
    emitDelete(tx, job, { assetId: report.asset.assetId });
    return 'applied';
  }
  const ended = await endAttempt(tx, storing, 'stored');
  logJob(tx, job.job_id, {
    level: 'SUCCESS',
    text: `The video is stored. ${job.price_credits} credits were charged.`,
    attempt: ended,
  });
  await completeJob(tx, job, toOutput(report.asset, attempt.label));
  // Its owner deleted the job while the engine was past stopping: it was paid for, and nobody wants it.
  if (job.deleted_at !== null) emitDelete(tx, job, { assetId: report.asset.assetId });
  return 'applied';
}

/**
 * The attempt as one whose video is being fetched, or undefined. While the vendor is asked for another link, a fetch by the one before
 * may still bring the video in: then it is there, and nobody need ask.
 */
async function whereFetched(tx: JobsTx, attempt: AttemptRow): Promise<AttemptRow | undefined> {
  if (attempt.status === 'storing') return attempt;
  if (!asksForFreshLink(attempt)) return undefined;
  await stopTimer(tx, attempt.attempt_id);
  return changeAttempt(tx, attempt, { status: 'storing' });
}

/** The job stays failed and uncharged; the video is the user's all the same. */
async function storedLate(
  tx: JobsTx,
  job: JobRow,
  attempt: AttemptRow,
  { assetId }: AssetRecord,
): Promise<Applied> {
  await stopTimer(tx, attempt.attempt_id);
  if (job.deleted_at !== null) {
    emitDelete(tx, job, { assetId });
    return 'stale';
  }
  if (job.late_asset_id !== null) return 'stale';
  logJob(tx, job.job_id, {
    level: 'WARN',
    text: 'The video that came too late is stored; it was not charged.',
    attempt,
  });
  await changeJob(tx, job, { late_asset_id: assetId });
  return 'applied';
}

export async function mediaFailed(
  tx: JobsTx,
  fallbacks: Fallbacks,
  report: PayloadOf<typeof mediaFailedV1>,
): Promise<Applied> {
  const locked = await lockAttempt(tx, report.attemptId);
  if (!locked) return 'unknown';
  const { job, attempt } = locked;
  const error = AppError.fromRecord(report.error);
  if (wasGivenUp(attempt)) {
    const asked = await askForLateVideo(tx, job, attempt, error);
    return asked ? 'applied' : 'stale';
  }
  if (attempt.status !== 'storing') return 'stale';
  if (!(await askForFreshLink(tx, job, attempt, error))) {
    // A vendor was paid for what cannot be stored; buying the same again is for the user to say, not for us.
    const retryable = attempt.kind === 'lease' && error.retryable;
    await failAttempt(tx, fallbacks, job, attempt, { ...error.toRecord(), retryable });
  }
  return 'applied';
}

function toOutput(asset: AssetRecord, label: string | null): JobOutput {
  const { assetId, objectKey, contentType, sizeBytes, width, height, sha256 } = asset;
  const { durationSeconds, fps, videoCodec } = asset;
  if (durationSeconds === null || fps === null || videoCodec === null) {
    throw new AppError(
      'media_invalid',
      `Asset ${assetId} was stored without its length, frame rate or codec.`,
    );
  }
  return {
    assetId,
    objectKey,
    contentType,
    sizeBytes,
    width,
    height,
    durationSeconds,
    fps,
    videoCodec,
    sha256,
    label,
  };
}
