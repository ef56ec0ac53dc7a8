import { AppError, credits, type ErrorRecord } from '@shotloom/kernel';
import type { JobOutput } from '@shotloom/contracts';
import { Moment } from '../changes/moment';
import { sessionOf } from '../changes/session';
import { changeJob, type JobsTx } from './job-changes';
import { shownProgress, type JobRow } from './job-row';
import { sizeNotes } from './size-note';

const ENDED = {
  active_attempt_id: null,
  credits_held: 0,
  conditions: [],
  finished_at: Moment.now,
};

/**
 * The three ends of a job. Each resolves the hold in the same transaction, with all others of it, and a hold resolves once: a second
 * resolution means that two ends raced past the row lock, and nothing of it is committed.
 */
export async function completeJob(tx: JobsTx, job: JobRow, output: JobOutput): Promise<JobRow> {
  sessionOf(tx).resolveHold({
    holdId: job.job_id,
    outcome: 'captured',
    amount: credits(job.price_credits),
  });
  leaveSet(tx, job);
  return changeJob(tx, job, {
    ...ENDED,
    status: 'completed',
    stage: null,
    progress: 100,
    output,
    notes: [...job.notes, ...sizeNotes(job.request, output)],
    credits_captured: job.price_credits,
  });
}

export async function failJob(
  tx: JobsTx,
  job: JobRow,
  error: ErrorRecord,
  attemptProgress = 0,
): Promise<JobRow> {
  return endWithoutVideo(tx, job, 'failed', error, attemptProgress);
}

export async function cancelJob(tx: JobsTx, job: JobRow, attemptProgress = 0): Promise<JobRow> {
  const error = new AppError('cancelled', 'The job was cancelled. Nothing was charged.').toRecord();
  return endWithoutVideo(tx, job, 'cancelled', error, attemptProgress);
}

async function endWithoutVideo(
  tx: JobsTx,
  job: JobRow,
  status: 'failed' | 'cancelled',
  error: ErrorRecord,
  attemptProgress: number,
): Promise<JobRow> {
  if (job.held) {
    sessionOf(tx).resolveHold({ holdId: job.job_id, outcome: 'released', amount: credits(0) });
  }
  leaveSet(tx, job);
  return changeJob(tx, job, {
    ...ENDED,
    status,
    stage: null,
    progress: shownProgress(job.progress, attemptProgress),
    error,
  });
}

function leaveSet(tx: JobsTx, { set_id: setId, provider }: JobRow): void {
  if (setId !== null) sessionOf(tx).freeSetPlace(setId, provider);
}
