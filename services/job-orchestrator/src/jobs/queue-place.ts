import { sql } from 'kysely';
import { providerSpec, type JobRecord } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { ModelClock } from '../models/model-clock';
import type { JobsSchema } from '../schema/tables';

/** Nobody is helped by an exact place beyond this, and counting has a cost. */
const COUNTED = 1_000;

interface PlaceRow {
  own: number;
  users: number;
  running: number;
}

/**
 * Where a job that waits its turn stands, and when it may begin: an estimate, since users take turns (a user's third job comes
 * after the third jobs of the others). Null for a job that does not wait.
 */
export async function queuePlace(
  database: Database<JobsSchema>,
  models: Pick<ModelClock, 'timesOf'>,
  job: JobRecord,
): Promise<JobRecord['queue']> {
  if (job.status !== 'queued') return null;
  const { rows } = await sql<PlaceRow>`
    SELECT
      (SELECT count(*)::int FROM (SELECT FROM jobs.jobs WHERE provider = ${job.provider}
        AND owner_user_id = ${job.ownerUserId} AND active_attempt_id IS NULL AND finished_at IS NULL AND status <> 'draft'
        AND (created_at, job_id) < (${job.createdAt}::timestamptz, ${job.jobId}::uuid) LIMIT ${COUNTED}) AS before) AS own,
      (SELECT count(*)::int FROM (SELECT FROM jobs.lanes WHERE provider = ${job.provider} AND state <> 'idle' LIMIT ${COUNTED}) AS lanes) AS users,
      (SELECT coalesce(sum(in_use), 0)::int FROM jobs.slots WHERE provider = ${job.provider} AND scope = 'provider') AS running
    FROM jobs.jobs WHERE job_id = ${job.jobId} AND active_attempt_id IS NULL`.execute(database.sql);
  const [row] = rows;
  if (!row) return { position: 0, etaSeconds: 0 };
  const position = row.own * Math.max(1, row.users);
  const places = Math.min(providerSpec(job.provider).concurrency, Math.max(1, row.running));
  const rounds = (position + 1) / places;
  return { position, etaSeconds: Math.ceil(rounds * models.timesOf(job.model).p50) };
}
