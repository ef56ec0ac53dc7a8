import { sql } from 'kysely';
import { GroupQueue } from '@shotloom/kernel';
import { arrayOf, type Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';
import type { AttemptRow } from './attempt-rows';

/** What decides whether an answer is news. */
export interface Known extends Pick<
  AttemptRow,
  | 'attempt_id'
  | 'job_id'
  | 'owner_user_id'
  | 'status'
  | 'progress'
  | 'kind'
  | 'submitted_at'
  | 'usual_seconds'
> {
  poll_no: number | null;
  misses: number | null;
  version: number;
  floor: number;
}

/** Undefined where there is no such attempt. */
export type KnownAttempts = Pick<GroupQueue<string, Known | undefined>, 'add'>;

/** One statement at a time, so that what is asked meanwhile shares the next; as many ids as a message of looks may have. */
export const LOOKS = { groups: 1, items: 500, pace: { leastMs: 2, mostMs: 20 } };

/** Attempts as they are, by id, without a lock. */
export function openKnownAttempts(database: Pick<Database<JobsSchema>, 'sql'>): KnownAttempts {
  return new GroupQueue<string, Known | undefined>(LOOKS, async (ids) => {
    const { rows } = await sql<Known>`
      SELECT attempt.attempt_id, attempt.job_id, attempt.owner_user_id, attempt.status, attempt.progress, attempt.kind,
        attempt.submitted_at, attempt.usual_seconds, timer.poll_no, timer.misses, job.version, job.progress AS floor
      FROM jobs.attempts AS attempt JOIN jobs.jobs AS job ON job.job_id = attempt.job_id
        LEFT JOIN jobs.timers AS timer ON timer.attempt_id = attempt.attempt_id
      WHERE attempt.attempt_id = ANY (${arrayOf(ids, 'uuid')})`.execute(database.sql);
    const known = new Map(rows.map((row) => [row.attempt_id, row]));
    return ids.map((id) => known.get(id.toLowerCase()));
  });
}
