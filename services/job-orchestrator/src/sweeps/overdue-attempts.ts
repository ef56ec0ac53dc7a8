import { sql } from 'kysely';
import { AppError, assertNever } from '@shotloom/kernel';
import type { Database } from '@shotloom/database';
import { emitIngest, emitWork } from '../attempts/attempt-messages';
import { failAttempt, INGEST_RESEND_SECONDS } from '../attempts/attempt-outcomes';
import { changeAttempt, endAttempt, inSeconds, lockAttempt, type AttemptRow } from '../attempts/attempt-rows';
import type { JobsTx } from '../jobs/job-changes';
import { cancelJob } from '../jobs/job-endings';
import type { JobRow } from '../jobs/job-row';
import { RESEND_SECONDS } from '../scheduler/dispatch';
import type { JobsSchema } from '../schema/tables';

/** A worker that dies with an attempt this often takes the attempt down, not the fleet. */
const MAX_LAPSES = 5;
const BATCH = 100;

/**
 * Moves what did not move by itself: work no worker began, leases that lapsed, ingests without an answer. Every message can
 * be sent again from its row, so a broker that forgot everything costs time, not jobs. Returns how many it moved.
 */
export async function moveOverdueAttempts(database: Database<JobsSchema>): Promise<number> {
  const due = await database.sql
    .selectFrom('jobs.attempts')
    .select('attempt_id')
    .where('finished_at', 'is', null)
    .where('due_at', '<=', sql<Date>`clock_timestamp()`)
    .orderBy('due_at')
    .limit(BATCH)
    .execute();
  for (const { attempt_id } of due) await database.run((tx) => moveOne(tx, attempt_id));
  return due.length;
}

async function moveOne(tx: JobsTx, attemptId: string): Promise<void> {
  const locked = await lockAttempt(tx, attemptId);
  if (!locked) return;
  const { job, attempt } = locked;
  // Looked at again under the lock: a renewal or a report may have come since the row was chosen.
  if (!(await isDue(tx, attemptId))) return;
  switch (attempt.status) {
    case 'submitting':
      return offerAgain(tx, attempt);
    case 'running':
      return takeBack(tx, job, attempt);
    case 'storing':
      return askForIngestAgain(tx, job, attempt);
    case 'stored':
    case 'failed':
    case 'cancelled':
      return;
    default:
      return assertNever(attempt.status, 'attempt status');
  }
}

async function isDue(tx: JobsTx, attemptId: string): Promise<boolean> {
  const { rows } = await sql<{ due: boolean }>`
    SELECT due_at <= clock_timestamp() AS due FROM jobs.attempts WHERE attempt_id = ${attemptId} AND finished_at IS NULL
  `.execute(tx.sql);
  return rows[0]?.due === true;
}

async function offerAgain(tx: JobsTx, attempt: AttemptRow): Promise<void> {
  const redispatches = attempt.redispatches + 1;
  const wait = RESEND_SECONDS * 2 ** Math.min(redispatches, 5);
  emitWork(tx, await changeAttempt(tx, attempt, { redispatches, due_at: inSeconds(wait) }));
}

async function takeBack(tx: JobsTx, job: JobRow, attempt: AttemptRow): Promise<void> {
  if (job.cancel_requested_at !== null) {
    await endAttempt(tx, attempt, 'cancelled');
    await cancelJob(tx, job, attempt.progress);
    return;
  }
  const late = attempt.deadline_at <= new Date();
  if (late || attempt.redispatches >= MAX_LAPSES) {
    const message = late
      ? 'The engine did not finish in time.'
      : 'The engine stopped several times while it worked on this. The operator should look at the worker.';
    const error = new AppError(late ? 'provider_timeout' : 'provider_unavailable', message, {
      provider: attempt.provider,
    });
    return failAttempt(tx, job, attempt, error.toRecord());
  }
  const offered = await changeAttempt(tx, attempt, {
    status: 'submitting',
    worker_id: null,
    redispatches: attempt.redispatches + 1,
    due_at: inSeconds(RESEND_SECONDS),
  });
  emitWork(tx, offered);
}

async function askForIngestAgain(tx: JobsTx, job: JobRow, attempt: AttemptRow): Promise<void> {
  if (attempt.result === null)
    throw new AppError('internal', `Attempt ${attempt.attempt_id} is storing without a result.`);
  const redispatches = attempt.redispatches + 1;
  await changeAttempt(tx, attempt, {
    redispatches,
    due_at: inSeconds(INGEST_RESEND_SECONDS * 2 ** Math.min(redispatches, 5)),
  });
  emitIngest(tx, job, attempt, attempt.result);
}
