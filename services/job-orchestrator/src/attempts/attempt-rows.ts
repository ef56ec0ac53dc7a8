import { sql, type RawBuilder, type Selectable, type UpdateObject } from 'kysely';
import { lockJob, type JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import type { AttemptsTable, JobsSchema } from '../schema/tables';

export type AttemptRow = Selectable<AttemptsTable>;

/** A moment on the database's clock, the only one that all replicas share. */
export function inSeconds(seconds: number): RawBuilder<Date> {
  return sql<Date>`clock_timestamp() + make_interval(secs => ${seconds})`;
}

/** Locks an attempt and its job, the job first as everywhere. Undefined where there is no such attempt. */
export async function lockAttempt(
  tx: JobsTx,
  attemptId: string,
): Promise<{ job: JobRow; attempt: AttemptRow } | undefined> {
  const found = await tx.sql
    .selectFrom('jobs.attempts')
    .select('job_id')
    .where('attempt_id', '=', attemptId)
    .executeTakeFirst();
  if (!found) return undefined;
  const job = await lockJob(tx, found.job_id);
  const attempt = await tx.sql
    .selectFrom('jobs.attempts')
    .selectAll()
    .where('attempt_id', '=', attemptId)
    .forUpdate()
    .executeTakeFirst();
  return job && attempt ? { job, attempt } : undefined;
}

export async function changeAttempt(
  tx: JobsTx,
  attempt: AttemptRow,
  patch: Omit<UpdateObject<JobsSchema, 'jobs.attempts'>, 'attempt_id'>,
): Promise<AttemptRow> {
  return tx.sql
    .updateTable('jobs.attempts')
    .set(patch)
    .where('attempt_id', '=', attempt.attempt_id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Ends an attempt. Its job is changed by the caller, in the same transaction. */
export function endAttempt(
  tx: JobsTx,
  attempt: AttemptRow,
  status: 'stored' | 'failed' | 'cancelled',
  error: string | null = null,
): Promise<AttemptRow> {
  return changeAttempt(tx, attempt, {
    status,
    error,
    due_at: null,
    finished_at: sql<Date>`clock_timestamp()`,
  });
}

/** Where an attempt stands on the database's clock; the clocks of the machines are not compared with it. */
export async function clockOf(
  tx: JobsTx,
  attempt: Pick<AttemptRow, 'attempt_id'>,
): Promise<{ due: boolean; late: boolean; remainingSeconds: number }> {
  const { rows } = await sql<{ due: boolean; late: boolean; remaining: number }>`
    SELECT coalesce(due_at <= clock_timestamp(), false) AS due, deadline_at <= clock_timestamp() AS late,
      greatest(0, extract(epoch FROM deadline_at - clock_timestamp()))::float AS remaining
    FROM jobs.attempts WHERE attempt_id = ${attempt.attempt_id}`.execute(tx.sql);
  const { due = false, late = false, remaining = 0 } = rows[0] ?? {};
  return { due, late, remainingSeconds: remaining };
}
