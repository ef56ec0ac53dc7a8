import { sql, type RawBuilder, type Selectable } from 'kysely';
import type { ErrorRecord } from '@shotloom/kernel';
import { arrayOf } from '@shotloom/database';
import { Moment, type PatchOf } from '../changes/moment';
import { sessionOf } from '../changes/session';
import type { FixedAttemptColumn } from '../changes/tables';
import type { JobsTx } from '../jobs/job-changes';
import type { JobRow } from '../jobs/job-row';
import type { AttemptsTable } from '../schema/tables';

export type AttemptRow = Selectable<AttemptsTable>;

/** A moment on the database's clock, in a change of a row. */
export const inSeconds = (seconds: number): Moment => Moment.inSeconds(seconds);

/** A moment on the database's clock, the only one that all replicas share, inside a statement. */
export function fromNow(seconds: number): RawBuilder<Date> {
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

/** Locks an attempt and its job, the job first as everywhere. Undefined where there is no such attempt. */
export async function lockAttempt(
  tx: JobsTx,
  attemptId: string,
): Promise<{ job: JobRow; attempt: AttemptRow } | undefined> {
  const session = sessionOf(tx);
  if (session.attempt(attemptId) === undefined && !session.isAbsent(attemptId)) {
    await lockAttempts(tx, [attemptId]);
  }
  const attempt = session.attempt(attemptId);
  const job = attempt && session.job(attempt.job_id);
  return attempt && job && { job, attempt };
}

/** Locks many attempts and their jobs in one round trip, in the order of the jobs; `lockAttempt` finds them afterwards. */
export async function lockAttempts(tx: JobsTx, attemptIds: readonly string[]): Promise<void> {
  const { rows } = await sql<Record<string, unknown> & { locked_at: Date }>`
    SELECT clock_timestamp() AS locked_at, job.*, ${ALIASED}
    FROM jobs.jobs AS job JOIN jobs.attempts AS attempt ON attempt.job_id = job.job_id
    WHERE attempt.attempt_id = ANY (${arrayOf(attemptIds, 'uuid')})
    ORDER BY job.job_id, attempt.attempt_id
    FOR UPDATE OF job, attempt`.execute(tx.sql);
  const session = sessionOf(tx);
  for (const { locked_at: lockedAt, ...row } of rows) {
    session.setClock(lockedAt);
    session.locked(
      pick(row, (name) => !name.startsWith(PREFIX)),
      attemptOf(row),
    );
  }
  for (const attemptId of attemptIds) if (!session.attempt(attemptId)) session.missing(attemptId);
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

/** Changes an attempt whose job is locked; written with the commit. */
export function changeAttempt(
  tx: JobsTx,
  attempt: AttemptRow,
  patch: Omit<PatchOf<AttemptRow>, FixedAttemptColumn>,
): Promise<AttemptRow> {
  return Promise.resolve(sessionOf(tx).changeAttempt(attempt, patch));
}

/** Ends an attempt. Its job is changed by the caller, in the same transaction. */
export function endAttempt(
  tx: JobsTx,
  attempt: AttemptRow,
  status: 'stored' | 'failed' | 'cancelled',
  error: ErrorRecord | null = null,
): Promise<AttemptRow> {
  return changeAttempt(tx, attempt, { status, error, due_at: null, finished_at: Moment.now });
}

/** Where an attempt stands on the database's clock; the clocks of the machines are not compared with it. */
export function clockOf(
  tx: JobsTx,
  { due_at: due, deadline_at: deadline }: Pick<AttemptRow, 'due_at' | 'deadline_at'>,
): { due: boolean; late: boolean; remainingSeconds: number } {
  const now = sessionOf(tx).now();
  return {
    due: due !== null && due <= now,
    late: deadline <= now,
    remainingSeconds: Math.max(0, (deadline.getTime() - now.getTime()) / 1000),
  };
}
