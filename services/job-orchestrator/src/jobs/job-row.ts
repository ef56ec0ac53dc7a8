import type { Selectable } from 'kysely';
import type { JobRecord, JobState } from '@shotloom/contracts';
import type { AttemptRow } from '../attempts/attempt-rows';
import { reached } from '../models/reached';
import type { JobsTable } from '../schema/tables';

export type JobRow = Selectable<JobsTable>;
/** A job with what its running attempt last reported. */
export type JobRowWithAttempt = JobRow & AttemptNow;
type AttemptNow = { readonly attempt_progress: number | null } & {
  readonly [K in 'kind' | 'submitted_at' | 'usual_seconds' as `attempt_${K}`]?: AttemptRow[K] | null;
};

/** Rendering fills the bar up to here; storing and checking the file is the rest (at most 99 until completed). */
export const RENDERED_PERCENT = 95;

/** What the user sees of an attempt's own progress (0 to 1), never below what was shown before. */
export function shownProgress(floor: number, attemptProgress: number | null): number {
  return Math.max(floor, Math.round((attemptProgress ?? 0) * RENDERED_PERCENT * 10) / 10);
}

/** The part of the job that events carry. */
export function toJobState(
  row: JobRow,
  attempt: { readonly progress: number; readonly estimated: boolean } = { progress: 0, estimated: false },
): JobState {
  return {
    jobId: row.job_id,
    accountId: row.account_id,
    ownerUserId: row.owner_user_id,
    type: 'video',
    version: row.version,
    provider: row.provider,
    model: row.model,
    status: row.status,
    stage: row.stage,
    conditions: row.conditions,
    progress: shownProgress(row.progress, attempt.progress),
    progressEstimated: attempt.estimated && row.finished_at === null,
    error: row.error,
    output: row.output,
    lateAssetId: row.late_asset_id,
    notes: row.notes,
    creditsHeld: row.credits_held,
    creditsCaptured: row.credits_captured,
    changedAt: row.changed_at.toISOString(),
  };
}

/** What the user sees of a job's progress, per cent. */
export function progressOf(row: Pick<JobRow, 'progress'> & AttemptNow): number {
  return shownProgress(row.progress, attemptOf(row).progress);
}

function attemptOf(row: AttemptNow): { progress: number; estimated: boolean } {
  if (row.attempt_progress === null) return { progress: 0, estimated: false };
  const attempt = {
    progress: row.attempt_progress,
    kind: row.attempt_kind ?? 'lease',
    submitted_at: row.attempt_submitted_at ?? null,
    usual_seconds: row.attempt_usual_seconds ?? null,
  };
  return reached(attempt, new Date());
}

/** The whole job, as other services get it. */
export function toJobRecord(row: JobRowWithAttempt): JobRecord {
  return {
    ...toJobState(row, attemptOf(row)),
    request: row.request,
    priceCredits: row.price_credits,
    priceVersion: row.price_version,
    ownKey: row.own_key,
    variant: { index: row.variant_index, of: row.variant_of },
    retryOf: row.retry_of,
    metadata: row.metadata,
    fallback: row.chain.map(({ request }) => request.model),
    queue: null,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}
