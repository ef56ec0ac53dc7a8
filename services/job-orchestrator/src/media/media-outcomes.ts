import { AppError } from '@shotloom/kernel';
import type { AssetRecord, JobOutput, PayloadOf, mediaFailedV1, mediaStoredV1 } from '@shotloom/contracts';
import { emitDelete } from '../attempts/attempt-messages';
import { failAttempt, type Applied } from '../attempts/attempt-outcomes';
import { endAttempt, lockAttempt } from '../attempts/attempt-rows';
import type { JobsTx } from '../jobs/job-changes';
import { cancelJob, completeJob } from '../jobs/job-endings';

/** The video is ours: the job is completed and paid in one transaction, once. */
export async function mediaStored(tx: JobsTx, report: PayloadOf<typeof mediaStoredV1>): Promise<Applied> {
  const locked = await lockAttempt(tx, report.attemptId);
  if (!locked) return 'unknown';
  const { job, attempt } = locked;
  if (attempt.status !== 'storing') {
    // Stored twice is the same asset; stored after the attempt was given up is one that nobody is given.
    if (attempt.status !== 'stored') emitDelete(tx, job, { assetId: report.asset.assetId });
    return 'stale';
  }
  if (job.cancel_requested_at !== null) {
    await endAttempt(tx, attempt, 'cancelled');
    await cancelJob(tx, job, attempt.progress);
    emitDelete(tx, job, { assetId: report.asset.assetId });
    return 'applied';
  }
  await endAttempt(tx, attempt, 'stored');
  await completeJob(tx, job, toOutput(report.asset, attempt.label));
  return 'applied';
}

export async function mediaFailed(tx: JobsTx, report: PayloadOf<typeof mediaFailedV1>): Promise<Applied> {
  const locked = await lockAttempt(tx, report.attemptId);
  if (!locked) return 'unknown';
  if (locked.attempt.status !== 'storing') return 'stale';
  await failAttempt(tx, locked.job, locked.attempt, AppError.fromRecord(report.error).toRecord());
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
