import { sql } from 'kysely';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../../schema/tables';
import { LOOKUP_PROVIDERS } from '../vendor-waits';

/** What a restored database says is under way, by what will be done about it. */
export interface Restored {
  /** The newest message that was written: before the first run the moment at which the database ends. Null where there is none. */
  readonly newestMessageAt: Date | null;
  readonly openJobs: number;
  /** Not known to be sent, or not to be: they become uncertain. */
  readonly doubted: number;
  /** Uncertain then, or already, at vendors that can be asked for our id. */
  readonly lookedUp: number;
  /** The same at vendors that cannot: a callback or a person decides. */
  readonly forPeople: number;
  /** At the vendor, which is asked. */
  readonly asked: number;
  /** Made, and stored once more. */
  readonly storedAgain: number;
  /** Of engines in our own workers, which may make them again. */
  readonly madeAgain: number;
}

/** Reads the attempts under way, by index; not the history. */
export async function readRestored(database: Database<JobsSchema>): Promise<Restored> {
  const { rows } = await sql<Restored>`
    WITH under_way AS (
      SELECT kind, status, provider = ANY (${LOOKUP_PROVIDERS}::text[]) AS can_ask,
        kind = 'poll' AND credential_id IS NOT NULL AND status IN ('submitting', 'sending') AS doubted
      FROM jobs.attempts WHERE finished_at IS NULL
    )
    SELECT (SELECT max(created_at) FROM jobs.outbox) AS "newestMessageAt",
      (SELECT count(*) FROM jobs.jobs WHERE finished_at IS NULL)::int AS "openJobs",
      (count(*) FILTER (WHERE doubted))::int AS doubted,
      (count(*) FILTER (WHERE can_ask AND (doubted OR status = 'uncertain')))::int AS "lookedUp",
      (count(*) FILTER (WHERE NOT can_ask AND (doubted OR status = 'uncertain')))::int AS "forPeople",
      (count(*) FILTER (WHERE kind = 'poll' AND status IN ('submitted', 'running')))::int AS asked,
      (count(*) FILTER (WHERE status = 'storing'))::int AS "storedAgain",
      (count(*) FILTER (WHERE kind = 'lease' AND status <> 'storing'))::int AS "madeAgain"
    FROM under_way`.execute(database.sql);
  const [row] = rows;
  if (!row) throw new Error('An aggregate gave no row.');
  return row;
}
