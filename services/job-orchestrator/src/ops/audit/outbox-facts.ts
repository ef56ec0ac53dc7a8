import { sql } from 'kysely';
import type { AuditedOutbox } from '@shotloom/contracts';
import { partitionOf } from '@shotloom/database';
import type { JobsTx } from '../../jobs/job-changes';

/** Rows of the job's lane that are looked through at most; a lane that is longer has a trouble of its own. */
const LOOKED_THROUGH = 20_000;
const SHOWN = 100;

interface WaitingRow {
  id: string;
  type: string;
  subject: string;
  ageSeconds: number;
}

/** What was written for the job and is not on the bus. All of a job's messages are in one lane. */
export async function readOutbox(tx: JobsTx, jobId: string): Promise<AuditedOutbox> {
  const lane = partitionOf(jobId);
  const waiting = await sql<WaitingRow>`
    SELECT id, envelope->>'type' AS type, subject,
      extract(epoch FROM clock_timestamp() - created_at)::float8 AS "ageSeconds"
    FROM (SELECT * FROM jobs.outbox WHERE partition = ${lane} AND published_at IS NULL AND dead_at IS NULL
          ORDER BY seq LIMIT ${LOOKED_THROUGH}) AS front
    WHERE envelope->>'correlationId' = ${jobId} ORDER BY seq LIMIT ${SHOWN}`.execute(tx.sql);
  const dead = await sql<Omit<WaitingRow, 'ageSeconds'> & { reason: string }>`
    SELECT id, envelope->>'type' AS type, subject, coalesce(dead_reason, '') AS reason
    FROM (SELECT * FROM jobs.outbox WHERE dead_at IS NOT NULL ORDER BY seq DESC LIMIT ${LOOKED_THROUGH}) AS newest
    WHERE envelope->>'correlationId' = ${jobId} ORDER BY seq LIMIT ${SHOWN}`.execute(tx.sql);
  const lengths = await sql<{ longer: boolean }>`
    SELECT (SELECT count(*) FROM (SELECT 1 FROM jobs.outbox WHERE partition = ${lane} AND published_at IS NULL
        AND dead_at IS NULL LIMIT ${LOOKED_THROUGH + 1}) AS lane) > ${LOOKED_THROUGH}
      OR (SELECT count(*) FROM (SELECT 1 FROM jobs.outbox WHERE dead_at IS NOT NULL
        LIMIT ${LOOKED_THROUGH + 1}) AS dead) > ${LOOKED_THROUGH} AS longer`.execute(tx.sql);
  return { unpublished: waiting.rows, dead: dead.rows, complete: lengths.rows[0]?.longer !== true };
}
