import { sql, type RawBuilder, type Selectable, type UpdateObject } from 'kysely';
import type { JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import type { AttemptsTable, JobsSchema } from '../schema/tables';

export type AttemptRow = Selectable<AttemptsTable>;

/** A moment on the database's clock, the only one that all replicas share. */
export function inSeconds(seconds: number): RawBuilder<Date> {
  return sql<Date>`clock_timestamp() + make_interval(secs => ${seconds})`;
}

/** Every column, so that a row can be told from the job's beside it. A test holds it against the table. */
export const ATTEMPT_COLUMNS = [
  'attempt_id',
  'job_id',
  'number',
  'owner_user_id',
  'provider',
  'model',
  'kind',
  'operation',
  'credential_id',
  'credential_version',
  'external_task_id',
  'vendor_task_id',
  'price_credits',
  'holds_slot',
  'status',
  'fence',
  'worker_id',
  'progress',
  'step',
  'result',
  'label',
  'error',
  'resends',
  'lapses',
  'due_at',
  'deadline_at',
  'created_at',
  'started_at',
  'finished_at',
  'submitted_at',
  'usual_seconds',
  'slow_at',
  'hard_limit_at',
  'last_look',
  'link_refreshes',
  'cost',
  'own_key',
  'vendor_micros',
  'spend_day',
] as const satisfies readonly (keyof AttemptRow)[];
const PREFIX = 'attempt__';
const ALIASED = sql.join(
  ATTEMPT_COLUMNS.map((name) => sql`${sql.ref(`attempt.${name}`)} AS ${sql.ref(`${PREFIX}${name}`)}`),
);

/** Locks an attempt and its job, the job first as everywhere, in one round trip. Undefined where there is no such attempt. */
export async function lockAttempt(
  tx: JobsTx,
  attemptId: string,
): Promise<{ job: JobRow; attempt: AttemptRow } | undefined> {
  const { rows } = await sql<Record<string, unknown>>`
    SELECT job.*, ${ALIASED}
    FROM jobs.jobs AS job JOIN jobs.attempts AS attempt ON attempt.job_id = job.job_id
    WHERE attempt.attempt_id = ${attemptId}
    FOR UPDATE OF job, attempt`.execute(tx.sql);
  const [row] = rows;
  return row && { job: pick(row, (name) => !name.startsWith(PREFIX)), attempt: attemptOf(row) };
}

function attemptOf(row: Readonly<Record<string, unknown>>): AttemptRow {
  return Object.fromEntries(ATTEMPT_COLUMNS.map((name) => [name, row[`${PREFIX}${name}`]])) as AttemptRow;
}

function pick(row: Readonly<Record<string, unknown>>, wanted: (name: string) => boolean): JobRow {
  return Object.fromEntries(Object.entries(row).filter(([name]) => wanted(name))) as JobRow;
}

/** Whether our rows do not know yet that the vendor has the task. */
export function isBeforeSubmitted({ status }: Pick<AttemptRow, 'status'>): boolean {
  return status === 'submitting' || status === 'sending' || status === 'uncertain';
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
