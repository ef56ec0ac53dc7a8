import { sql } from 'kysely';
import { providerSpec } from '@shotloom/contracts';
import type { JobsTx } from '../jobs/job-changes';
import { inSeconds, type AttemptRow } from './attempt-rows';

/** The first question after a submit, and after a lost answer: nothing is sooner ready than a vendor's shortest interval. */
export function firstPollSeconds(provider: string): number {
  return providerSpec(provider).poll?.minSeconds ?? 5;
}

/** Starts, or restarts, the wait of an attempt at its vendor. Its credential is the one that the attempt is pinned to. */
export async function startTimer(
  tx: JobsTx,
  attempt: AttemptRow,
  verb: 'poll' | 'lookup' | 'late',
  afterSeconds: number,
): Promise<void> {
  const { attempt_id, provider, credential_id, credential_version } = attempt;
  if (credential_id === null || credential_version === null) return;
  await tx.sql
    .insertInto('jobs.timers')
    .values({
      attempt_id,
      provider,
      credential_id,
      credential_version,
      next_poll_at: inSeconds(afterSeconds),
      verb,
    })
    .onConflict((conflict) =>
      conflict
        .column('attempt_id')
        .doUpdateSet({ next_poll_at: inSeconds(afterSeconds), verb, misses: 0, denials: 0 }),
    )
    .execute();
}

/** Nobody need ask any more. */
export async function stopTimer(tx: JobsTx, attemptId: string): Promise<void> {
  await tx.sql.deleteFrom('jobs.timers').where('attempt_id', '=', attemptId).execute();
}

/** Asks as soon as the vendor's budget allows. Nothing where the attempt is not waited for. */
export async function askNow(tx: JobsTx, attemptId: string): Promise<void> {
  await sql`UPDATE jobs.timers SET next_poll_at = least(next_poll_at, clock_timestamp())
    WHERE attempt_id = ${attemptId}`.execute(tx.sql);
}

export interface Misses {
  /** Answers in a row that told nothing. */
  readonly misses: number;
  /** Those of them, in a row, that said that there is no such task. */
  readonly denials: number;
}

/** More are not told apart. */
const MOST_MISSES = 30_000;

/**
 * Counts an answer that told nothing, and returns how many there were in a row. The answer to a question counts once, however often it
 * is delivered: the timer's number goes past it. Null: it was counted before, or is not waited for.
 */
export async function countMiss(
  tx: JobsTx,
  attemptId: string,
  { pollNo, denies }: { readonly pollNo: number | null; readonly denies: boolean },
): Promise<Misses | null> {
  const { rows } = await sql<Misses>`
    UPDATE jobs.timers SET misses = least(misses + 1, ${MOST_MISSES}::int), poll_no = greatest(poll_no, ${pollNo}::int + 1),
      denials = CASE WHEN ${denies} THEN least(denials + 1, ${MOST_MISSES}::int) ELSE 0 END
    WHERE attempt_id = ${attemptId} AND poll_no <= coalesce(${pollNo}::int, poll_no)
    RETURNING misses, denials`.execute(tx.sql);
  return rows[0] ?? null;
}

/** The vendor knows the task again. */
export async function forgetMisses(tx: JobsTx, attemptId: string): Promise<void> {
  await tx.sql
    .updateTable('jobs.timers')
    .set({ misses: 0, denials: 0 })
    .where('attempt_id', '=', attemptId)
    .where('misses', '>', 0)
    .execute();
}
