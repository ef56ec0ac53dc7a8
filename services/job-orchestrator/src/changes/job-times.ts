import type { AttemptRow } from '../attempts/attempt-rows';
import type { JobRow } from '../jobs/job-row';

/** What a job did with its time. `processing` is all that the engine had it for, from its order to the end of its work. */
export type TimedState = 'queued' | 'processing' | 'storing';

/**
 * Seconds that an ended job spent in each state, from the moments that its row keeps. A state that it never reached is not there. Waits
 * between two tries, and for a fresh link, count as the engine's. Empty for a draft that was never run; a draft that was run does not
 * know when it began to wait.
 */
export function timesOf(
  before: JobRow,
  { finished_at: finished, started_at: started }: JobRow,
): ReadonlyMap<TimedState, number> {
  const times = new Map<TimedState, number>();
  if (finished === null || before.status === 'draft') return times;
  if (before.set_id === null) times.set('queued', between(before.created_at, started ?? finished));
  if (started === null) return times;
  // Nothing changes a job that is being stored, but for a fresh link and a cancel that came too late.
  const stored = before.status === 'storing' ? before.changed_at : finished;
  times.set('processing', between(started, stored));
  if (before.status === 'storing') times.set('storing', between(stored, finished));
  return times;
}

/**
 * What we added to a completed job, in seconds: from its accept to its end, less the time that the engine had it. Undefined where that
 * cannot be said: of drafts, and of jobs that took more than one try.
 */
export function overheadOf(before: JobRow, after: JobRow, attempt: AttemptRow): number | undefined {
  const begun = attempt.submitted_at ?? attempt.started_at;
  if (after.status !== 'completed' || after.finished_at === null || begun === null) return undefined;
  if (after.set_id !== null || after.attempts_made !== 1) return undefined;
  return Math.max(0, between(after.created_at, after.finished_at) - between(begun, before.changed_at));
}

function between(from: Date, to: Date): number {
  return Math.max(0, (to.getTime() - from.getTime()) / 1000);
}
