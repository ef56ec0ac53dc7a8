import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** How many videos may be ordered under a key in any minute, and how many were. */
export const limitCreatesMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`ALTER TABLE jobs.provider_settings ADD COLUMN creates_per_minute integer CHECK (creates_per_minute > 0)`.execute(
      db,
    );
    await sql`
      CREATE TABLE jobs.create_windows (
        credential_id uuid PRIMARY KEY,
        second bigint NOT NULL,
        counts integer[] NOT NULL,
        granted integer NOT NULL
      ) WITH (fillfactor = 50)`.execute(db);
    // What was started under a key and is not sent yet. An attempt is written into it once, and is out of it when it is sent.
    await sql`CREATE INDEX attempts_to_send ON jobs.attempts (credential_id)
      WHERE status = 'submitting' AND credential_id IS NOT NULL`.execute(db);
  },
};
