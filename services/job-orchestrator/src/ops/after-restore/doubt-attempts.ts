import { sql } from 'kysely';
import type { Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { lockAttempt, lockAttempts } from '../../attempts/attempt-rows';
import { becomeUncertain } from '../../attempts/submit-reports';
import type { JobsTx } from '../../jobs/job-changes';
import { logJob } from '../../log/log-entry';
import type { JobsSchema } from '../../schema/tables';
import { repairTimers } from '../../sweeps/repair-timers';

/** More than an attempt's fence, or a job's version, can have grown in the time that was lost: what comes from there is older. */
const FENCES = 1_000;
const VERSIONS = 10_000;
/** For services to start, vendors to be asked and their answers to be taken in, before a wait that passed meanwhile ends. Seconds. */
const PATIENCE = 900;
const PAGE = 200;

/**
 * Makes of every attempt under way one that is safe to go on with, whatever happened to it in the time that was lost. What may have
 * been sent is uncertain, so it is not sent before somebody knows. Each step may be done again.
 */
export async function doubtAttempts(database: Database<JobsSchema>): Promise<void> {
  await database.run(raise);
  for (let more = true; more;) more = await database.run(doubtPage);
  for (let made = 1; made > 0;) made = await repairTimers(database);
}

async function raise({ sql: db }: JobsTx): Promise<void> {
  // Clients and webhooks may have been told of versions that the database does not know.
  await sql`UPDATE jobs.jobs SET version = version + ${VERSIONS} WHERE finished_at IS NULL`.execute(db);
  await sql`
    UPDATE jobs.attempts SET fence = fence + ${FENCES}, last_look = false,
      due_at = CASE status WHEN 'storing' THEN clock_timestamp() ELSE due_at END,
      resends = CASE status WHEN 'storing' THEN 0 ELSE resends END,
      deadline_at = greatest(deadline_at, clock_timestamp() + make_interval(secs => ${PATIENCE})),
      hard_limit_at = CASE WHEN hard_limit_at IS NOT NULL
        THEN greatest(hard_limit_at, clock_timestamp() + make_interval(secs => ${PATIENCE})) END
    WHERE finished_at IS NULL`.execute(db);
  // It may have passed its fence afterwards, and then it was sent under its own id.
  await sql`
    UPDATE jobs.attempts SET status = 'sending', worker_id = NULL, external_task_id = attempt_id::text,
      started_at = coalesce(started_at, clock_timestamp())
    WHERE status = 'submitting' AND kind = 'poll' AND credential_id IS NOT NULL`.execute(db);
  // What a vendor denied before may have been sent since.
  await sql`
    UPDATE jobs.timers SET next_poll_at = least(next_poll_at, clock_timestamp()), misses = 0, denials = 0
    WHERE verb <> 'late'`.execute(db);
}

/** False when there was nothing left. */
async function doubtPage(tx: JobsTx): Promise<boolean> {
  const rows = await tx.sql
    .selectFrom('jobs.attempts')
    .select('attempt_id')
    .where('status', '=', 'sending')
    .where('finished_at', 'is', null)
    .limit(PAGE)
    .execute();
  await lockAttempts(
    tx,
    rows.map(({ attempt_id: id }) => id),
  );
  for (const { attempt_id: attemptId } of rows) {
    const locked = await lockAttempt(tx, attemptId);
    if (locked?.attempt.status !== 'sending') continue;
    const { job, attempt } = locked;
    const { provider } = attempt;
    const text = 'The database was restored to an earlier moment: whether the task was sent is not known.';
    logJob(tx, job.job_id, { level: 'WARN', text, attempt });
    const error = new AppError('submit_unknown', text, { provider, outcome: 'unknown' });
    await becomeUncertain(tx, job, attempt, error.toRecord());
  }
  return rows.length === PAGE;
}
