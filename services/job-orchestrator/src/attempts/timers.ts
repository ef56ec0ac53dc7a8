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
      conflict.column('attempt_id').doUpdateSet({ next_poll_at: inSeconds(afterSeconds), verb, misses: 0 }),
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

/** Counts an answer that told nothing, and returns how many there were in a row. */
export async function countMiss(tx: JobsTx, attemptId: string): Promise<number> {
  const row = await tx.sql
    .updateTable('jobs.timers')
    .set({ misses: sql<number>`misses + 1` })
    .where('attempt_id', '=', attemptId)
    .returning('misses')
    .executeTakeFirst();
  return row?.misses ?? 0;
}

/** The vendor knows the task again. */
export async function forgetMisses(tx: JobsTx, attemptId: string): Promise<void> {
  await tx.sql
    .updateTable('jobs.timers')
    .set({ misses: 0 })
    .where('attempt_id', '=', attemptId)
    .where('misses', '>', 0)
    .execute();
}
