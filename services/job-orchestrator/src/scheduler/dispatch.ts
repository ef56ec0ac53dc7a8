import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { emitWork } from '../attempts/attempt-messages';
import { inSeconds } from '../attempts/attempt-rows';
import type { JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import { pickJobs, type SchedulerLimits } from './pick-jobs';

/** An attempt that no worker has begun by then is offered again; doubles each time. */
export const RESEND_SECONDS = 30;

/**
 * One pass for one provider. Passes of one provider exclude each other over all replicas, so counting what runs and then
 * starting more cannot overshoot a limit. Returns how many were started; null where another replica is at it.
 */
export async function dispatchPass(
  tx: JobsTx,
  provider: string,
  limits: SchedulerLimits,
): Promise<number | null> {
  const lock = await sql<{ mine: boolean }>`
    SELECT pg_try_advisory_xact_lock(hashtext('shotloom.scheduler'), hashtext(${provider})) AS mine`.execute(
    tx.sql,
  );
  if (lock.rows[0]?.mine !== true) return null;
  const picked = await pickJobs(tx, provider, limits);
  if (picked.length === 0) return 0;
  const jobs = await tx.sql
    .selectFrom('jobs.jobs')
    .selectAll()
    .where('job_id', 'in', picked)
    .where('active_attempt_id', 'is', null)
    .where('finished_at', 'is', null)
    .orderBy('job_id')
    .forUpdate()
    .skipLocked()
    .execute();
  for (const job of jobs) await startAttempt(tx, job);
  return jobs.length;
}

async function startAttempt(tx: JobsTx, job: JobRow): Promise<void> {
  const number = job.attempts_made + 1;
  const attempt = await tx.sql
    .insertInto('jobs.attempts')
    .values({
      attempt_id: newId(),
      job_id: job.job_id,
      owner_user_id: job.owner_user_id,
      number,
      provider: job.provider,
      model: job.model,
      status: 'submitting',
      worker_id: null,
      step: null,
      result: null,
      label: null,
      error: null,
      due_at: inSeconds(RESEND_SECONDS),
      deadline_at: inSeconds(job.longest_wait_seconds),
      started_at: null,
      finished_at: null,
      credential_id: null,
      credential_version: null,
      external_task_id: null,
      vendor_task_id: null,
      price_credits: job.price_credits,
      operation: job.operation,
      submitted_at: null,
      slow_at: null,
      hard_limit_at: null,
      usual_seconds: null,
      cost: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await tx.sql
    .updateTable('jobs.jobs')
    .set({
      active_attempt_id: attempt.attempt_id,
      attempts_made: number,
      model_attempts: job.model_attempts + 1,
    })
    .where('job_id', '=', job.job_id)
    .execute();
  emitWork(tx, attempt);
}
