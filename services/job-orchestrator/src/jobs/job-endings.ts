import { sql } from 'kysely';
import { AppError, credits, type ErrorRecord } from '@shotloom/kernel';
import { resolveMany, type ResolveItem } from '@shotloom/ledger';
import type { JobOutput } from '@shotloom/contracts';
import { changeJob, type JobsTx } from './job-changes';
import { shownProgress, type JobRow } from './job-row';

const ENDED = {
  active_attempt_id: null,
  credits_held: 0,
  conditions: [],
  finished_at: sql<Date>`clock_timestamp()`,
};

/**
 * The three ends of a job. Each resolves the hold in the same transaction, and a hold resolves once: a second
 * resolution means that two ends raced past the row lock, and must stop here.
 */
export async function completeJob(tx: JobsTx, job: JobRow, output: JobOutput): Promise<JobRow> {
  tx.gather(settle, { holdId: job.job_id, outcome: 'captured', amount: credits(job.price_credits) });
  return changeJob(tx, job, {
    ...ENDED,
    status: 'completed',
    stage: null,
    progress: 100,
    output: JSON.stringify(output),
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
  tx.gather(settle, { holdId: job.job_id, outcome: 'released', amount: credits(0) });
  return changeJob(tx, job, {
    ...ENDED,
    status,
    stage: null,
    progress: shownProgress(job.progress, attemptProgress),
    error: JSON.stringify(error),
  });
}

/**
 * All resolutions of a transaction by one statement, after its jobs were locked. Each must be the first of its hold: another one means
 * that two ends raced past the row lock, and nothing of this may be committed.
 */
async function settle(tx: JobsTx, items: readonly ResolveItem[]): Promise<void> {
  const results = await resolveMany(tx.sql, items);
  for (const [index, { holdId, outcome }] of items.entries()) {
    const status = results[index]?.status;
    if (status === outcome) continue;
    throw new AppError(
      'internal',
      `The hold of job ${holdId} was resolved before: ${status} instead of ${outcome}.`,
    );
  }
}
