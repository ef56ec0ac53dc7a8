import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** Drafts have no hold in the ledger until they are run, and a draft that ended before that never had one. */
async function letDraftsBe(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE jobs.jobs ADD COLUMN held boolean NOT NULL DEFAULT true, ADD COLUMN set_id uuid`.execute(
    db,
  );
  // Not checked for the rows that are there: all of them were accepted with their hold.
  await sql`ALTER TABLE jobs.jobs ADD CONSTRAINT jobs_held_before_queued
    CHECK (held OR (status IN ('draft','failed','cancelled') AND credits_held = 0)) NOT VALID`.execute(db);
  await sql`CREATE INDEX jobs_drafts ON jobs.jobs (owner_user_id) WHERE status = 'draft'`.execute(db);
  await sql`CREATE INDEX jobs_of_set ON jobs.jobs (set_id) WHERE set_id IS NOT NULL`.execute(db);
}

async function createSets(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE jobs.job_sets (
      set_id uuid PRIMARY KEY,
      owner_user_id uuid NOT NULL,
      provider text NOT NULL,
      max_concurrent smallint NOT NULL CHECK (max_concurrent > 0),
      open boolean NOT NULL DEFAULT true,
      looked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      created_at timestamptz NOT NULL DEFAULT now()
    ) WITH (fillfactor = 70)`.execute(db);
  await sql`CREATE INDEX job_sets_open ON jobs.job_sets (provider, looked_at) WHERE open`.execute(db);
  // Only ever inserted by those who end a job of a set, so that no end waits for another or for a pass.
  await sql`
    CREATE TABLE jobs.set_wakes (
      provider text NOT NULL,
      seq bigint GENERATED ALWAYS AS IDENTITY,
      set_id uuid NOT NULL,
      PRIMARY KEY (provider, seq)
    ) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000)`.execute(db);
}

export const addDraftsAndSetsMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await letDraftsBe(db);
    await createSets(db);
  },
};
