import { sql } from 'kysely';
import type { JobsTx } from '../jobs/job-changes';

export interface SchedulerLimits {
  readonly perUser: number;
  readonly perProvider: number;
  /** Jobs given out in one pass, so that a transaction stays short. */
  readonly batch: number;
}

const WAITING = sql`active_attempt_id IS NULL AND finished_at IS NULL AND status <> 'draft'`;

/**
 * The jobs to start now, fairly: the user with the fewest attempts under way comes first, then age. Work grows with the
 * users who wait, not with their jobs: users are found by stepping through the index, and of each only the free places'
 * worth of heads is read.
 */
export async function pickJobs(
  tx: JobsTx,
  provider: string,
  limits: SchedulerLimits,
): Promise<readonly string[]> {
  const { rows } = await sql<{ job_id: string }>`
    WITH RECURSIVE waiting_users AS (
      (SELECT owner_user_id FROM jobs.jobs WHERE provider = ${provider} AND ${WAITING} ORDER BY owner_user_id LIMIT 1)
      UNION ALL
      SELECT (SELECT job.owner_user_id FROM jobs.jobs AS job
              WHERE job.provider = ${provider} AND ${WAITING} AND job.owner_user_id > seen.owner_user_id
              ORDER BY job.owner_user_id LIMIT 1)
      FROM waiting_users AS seen WHERE seen.owner_user_id IS NOT NULL
    ), busy AS (
      SELECT job.owner_user_id, count(*)::int AS running
      FROM jobs.attempts AS attempt JOIN jobs.jobs AS job ON job.job_id = attempt.job_id
      WHERE attempt.provider = ${provider} AND attempt.finished_at IS NULL GROUP BY job.owner_user_id
    )
    SELECT head.job_id
    FROM waiting_users AS waiting LEFT JOIN busy ON busy.owner_user_id = waiting.owner_user_id
    CROSS JOIN LATERAL (
      SELECT job_id, created_at, coalesce(busy.running, 0) + row_number() OVER (ORDER BY created_at, job_id) AS turn
      FROM (SELECT job_id, created_at FROM jobs.jobs
            WHERE provider = ${provider} AND owner_user_id = waiting.owner_user_id AND ${WAITING} AND not_before <= now()
            ORDER BY created_at, job_id
            LIMIT greatest(${limits.perUser} - coalesce(busy.running, 0), 0)) AS oldest
    ) AS head
    WHERE waiting.owner_user_id IS NOT NULL
    ORDER BY head.turn, head.created_at, head.job_id
    LIMIT least(${limits.batch}, greatest(${limits.perProvider} - (SELECT coalesce(sum(running), 0) FROM busy), 0))
  `.execute(tx.sql);
  return rows.map((row) => row.job_id);
}
