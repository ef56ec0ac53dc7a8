import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/**
 * A job that runs on its user's own key is in another lane than the user's other jobs, so that neither kind waits for the keys of the
 * other. Replicas of the release before find no place for their lanes until they are replaced: jobs wait that long, and nothing is lost.
 */
async function separateLanes(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE jobs.jobs ADD COLUMN own_key boolean NOT NULL DEFAULT false`.execute(db);
  await sql`ALTER TABLE jobs.attempts
    ADD COLUMN own_key boolean NOT NULL DEFAULT false,
    ADD COLUMN vendor_micros bigint CHECK (vendor_micros >= 0),
    ADD COLUMN spend_day date`.execute(db);
  await sql`ALTER TABLE jobs.lane_wakes ADD COLUMN own_key boolean NOT NULL DEFAULT false`.execute(db);
  // Jobs from before were priced for the operator's keys, whatever their user has.
  await sql`UPDATE jobs.lanes SET own_key = false WHERE own_key`.execute(db);
  await sql`ALTER TABLE jobs.lanes DROP CONSTRAINT lanes_pkey,
    ADD PRIMARY KEY (provider, owner_user_id, own_key)`.execute(db);
  await sql`DROP INDEX jobs.jobs_waiting_in_lane`.execute(db);
  await sql`CREATE INDEX jobs_waiting_in_lane
    ON jobs.jobs (provider, owner_user_id, own_key, model, not_before, created_at, job_id)
    WHERE active_attempt_id IS NULL AND finished_at IS NULL AND status <> 'draft'`.execute(db);
}

/** Written only by the passes of the credential's provider, which exclude each other: so a cap can be held exactly. */
async function countSpend(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE jobs.spend (
      credential_id uuid NOT NULL,
      day date NOT NULL,
      model text NOT NULL,
      provider text NOT NULL,
      micros bigint NOT NULL,
      attempts integer NOT NULL,
      delivered integer NOT NULL DEFAULT 0,
      PRIMARY KEY (credential_id, day, model)
    ) WITH (fillfactor = 50)`.execute(db);
  await sql`CREATE INDEX spend_by_day ON jobs.spend (day)`.execute(db);
  await sql`
    CREATE TABLE jobs.spend_pauses (
      credential_id uuid PRIMARY KEY,
      provider text NOT NULL,
      period text NOT NULL CHECK (period IN ('day','month')),
      until timestamptz NOT NULL,
      cap_micros bigint NOT NULL,
      spent_micros bigint NOT NULL,
      at timestamptz NOT NULL DEFAULT clock_timestamp()
    )`.execute(db);
}

/** Attempts that ended and that failed lately: counts that fade with time. */
async function countFailures(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE jobs.provider_state
    ADD COLUMN recent_ended double precision NOT NULL DEFAULT 0,
    ADD COLUMN recent_failed double precision NOT NULL DEFAULT 0,
    ADD COLUMN recent_at timestamptz NOT NULL DEFAULT now()`.execute(db);
}

export const addOwnKeysAndSpendMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await separateLanes(db);
    await countSpend(db);
    await countFailures(db);
  },
};
