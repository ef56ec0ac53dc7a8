import { sql } from 'kysely';
import { providerSpec } from '@shotloom/contracts';
import type { JobsTx } from '../jobs/job-changes';
import { sessionOf } from '../changes/session';
import type { AttemptRow } from './attempt-rows';

/** The first question after a submit, and after a lost answer: nothing is sooner ready than a vendor's shortest interval. */
export function firstPollSeconds(provider: string): number {
  return providerSpec(provider).poll?.minSeconds ?? 5;
}

/** Starts, or restarts, the wait of an attempt at its vendor. Its credential is the one that the attempt is pinned to. */
export function startTimer(
  tx: JobsTx,
  attempt: AttemptRow,
  verb: 'poll' | 'lookup' | 'late',
  afterSeconds: number,
): Promise<void> {
  const { attempt_id: attemptId, credential_id: credentialId } = attempt;
  if (credentialId !== null) {
    sessionOf(tx).changeTimer(attemptId, { kind: 'start', attempt, verb, afterSeconds });
  }
  return Promise.resolve();
}

/** Nobody need ask any more. */
export function stopTimer(tx: JobsTx, attemptId: string): Promise<void> {
  sessionOf(tx).changeTimer(attemptId, { kind: 'stop' });
  return Promise.resolve();
}

/** Asks as soon as the vendor's budget allows. Nothing where the attempt is not waited for. */
export function askNow(tx: JobsTx, attemptId: string): Promise<void> {
  sessionOf(tx).changeTimer(attemptId, { kind: 'ask' });
  return Promise.resolve();
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
  await sessionOf(tx).writeTimersNow();
  const { rows } = await sql<Misses>`
    UPDATE jobs.timers SET misses = least(misses + 1, ${MOST_MISSES}::int), poll_no = greatest(poll_no, ${pollNo}::int + 1),
      denials = CASE WHEN ${denies} THEN least(denials + 1, ${MOST_MISSES}::int) ELSE 0 END
    WHERE attempt_id = ${attemptId} AND poll_no <= coalesce(${pollNo}::int, poll_no)
    RETURNING misses, denials`.execute(tx.sql);
  return rows[0] ?? null;
}

/** The vendor knows the task again. */
export function forgetMisses(tx: JobsTx, attemptId: string): Promise<void> {
  sessionOf(tx).changeTimer(attemptId, { kind: 'forget' });
  return Promise.resolve();
}
