import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

export const limitUsersMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    // As the last accept of the user said it: a plan that changes holds for what waits already.
    await sql`
      CREATE TABLE jobs.user_limits (
        owner_user_id uuid PRIMARY KEY,
        concurrency integer CHECK (concurrency > 0),
        per_provider integer CHECK (per_provider BETWEEN 1 AND 5),
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`.execute(db);
    await sql`
      CREATE TABLE jobs.generation_hours (
        owner_user_id uuid NOT NULL,
        hour timestamptz NOT NULL,
        count integer NOT NULL CHECK (count >= 0),
        PRIMARY KEY (owner_user_id, hour)
      ) WITH (fillfactor = 50)`.execute(db);
    await sql`CREATE INDEX generation_hours_by_age ON jobs.generation_hours (hour)`.execute(db);
    await sql`CREATE INDEX lanes_running ON jobs.lanes (owner_user_id) WHERE running > 0`.execute(db);
  },
};
