import { sql } from 'kysely';
import { PROVIDERS } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { FIRST_POLL_NO } from '../changes/timer-writes';
import type { JobsSchema } from '../schema/tables';

/** Rows in one step; what is left is for the next. */
const MOST = 500;

/**
 * Gives every attempt that waits at a vendor the row that it waits in. None is lost by what the service does; after a restore, or a
 * change by hand, an attempt without one would wait until its hard limit, and an uncertain one for ever. Returns how many it made.
 */
export async function repairTimers(database: Pick<Database<JobsSchema>, 'sql'>): Promise<number> {
  const canLookUp = PROVIDERS.filter(({ poll }) => poll?.lookup === true).map(({ id }) => id);
  const made = await sql`
    INSERT INTO jobs.timers (attempt_id, provider, credential_id, credential_version, next_poll_at, verb, poll_no)
    SELECT attempt_id, provider, credential_id, credential_version, clock_timestamp(),
      CASE status WHEN 'uncertain' THEN 'lookup' ELSE 'poll' END, ${FIRST_POLL_NO}
    FROM jobs.attempts AS attempt
    WHERE finished_at IS NULL AND kind = 'poll' AND credential_id IS NOT NULL
      AND (status IN ('submitted', 'running') OR (status = 'uncertain' AND provider = ANY (${canLookUp}::text[])))
      AND NOT EXISTS (SELECT FROM jobs.timers AS timer WHERE timer.attempt_id = attempt.attempt_id)
    LIMIT ${MOST}
    ON CONFLICT (attempt_id) DO NOTHING`.execute(database.sql);
  return Number(made.numAffectedRows ?? 0n);
}
