import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

export const versionLimitsMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    // Whose limits these are, and how new: what is told of a plan later finds them, and older news changes nothing.
    await sql`
      ALTER TABLE jobs.user_limits ADD COLUMN account_id uuid, ADD COLUMN plan_id text, ADD COLUMN weight real,
        ADD COLUMN account_version bigint NOT NULL DEFAULT 0, ADD COLUMN version bigint NOT NULL DEFAULT 0`.execute(
      db,
    );
    await sql`CREATE INDEX user_limits_by_account ON jobs.user_limits (account_id, owner_user_id)`.execute(
      db,
    );
    await sql`CREATE INDEX user_limits_by_plan ON jobs.user_limits (plan_id, owner_user_id)`.execute(db);
    await sql`
      CREATE TABLE jobs.plan_limits (
        plan_id text PRIMARY KEY,
        version bigint NOT NULL,
        concurrency integer CHECK (concurrency > 0),
        per_provider integer CHECK (per_provider BETWEEN 1 AND 5),
        weight real NOT NULL CHECK (weight BETWEEN 1 AND 8)
      )`.execute(db);
  },
};
