import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/**
 * A user's log over all jobs, in the order of time. The column is filled by who writes a line; a replica of the release before does not
 * know it, so the trigger fills what was left out, and is not called for the others.
 */
async function addOwnerToLog(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE jobs.log ADD COLUMN owner_user_id uuid`.execute(db);
  await sql`
    CREATE FUNCTION jobs.log_owner() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
    BEGIN
      NEW.owner_user_id := (SELECT job.owner_user_id FROM jobs.jobs AS job WHERE job.job_id = NEW.job_id);
      RETURN NEW;
    END $$`.execute(db);
  await sql`
    CREATE TRIGGER log_owner BEFORE INSERT ON jobs.log
    FOR EACH ROW WHEN (NEW.owner_user_id IS NULL) EXECUTE FUNCTION jobs.log_owner()`.execute(db);
  await sql`
    UPDATE jobs.log AS line SET owner_user_id = job.owner_user_id
    FROM jobs.jobs AS job WHERE job.job_id = line.job_id`.execute(db);
  await sql`CREATE INDEX log_by_owner ON jobs.log (owner_user_id, at, seq)`.execute(db);
  // Whoever looks for what went wrong must not read everything that went well.
  await sql`
    CREATE INDEX log_problems_by_owner ON jobs.log (owner_user_id, at, seq)
    WHERE level IN ('WARN','ERROR')`.execute(db);
}

/** Orders that are accepted together. They are collected first, since all of them do not fit into one message. */
async function createBatches(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE jobs.batches (
      batch_id uuid PRIMARY KEY,
      owner_user_id uuid NOT NULL,
      account_id uuid NOT NULL,
      name text,
      created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      accepted_at timestamptz(3)
    )`.execute(db);
  await sql`
    CREATE INDEX batches_by_owner ON jobs.batches (owner_user_id, created_at DESC, batch_id DESC)
    WHERE accepted_at IS NOT NULL`.execute(db);
  await sql`CREATE INDEX batches_unfinished ON jobs.batches (created_at) WHERE accepted_at IS NULL`.execute(
    db,
  );
  await sql`
    CREATE TABLE jobs.batch_rows (
      batch_id uuid NOT NULL REFERENCES jobs.batches (batch_id) ON DELETE CASCADE,
      row_no smallint NOT NULL CHECK (row_no >= 0),
      key text,
      job_ids uuid[] NOT NULL,
      -- What is to be accepted; gone once it is.
      ordered jsonb,
      PRIMARY KEY (batch_id, row_no)
    )`.execute(db);
}

export const userLogAndBatchesMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await addOwnerToLog(db);
    await createBatches(db);
  },
};
