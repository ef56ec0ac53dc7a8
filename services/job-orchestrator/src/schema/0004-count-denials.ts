import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** How often in a row a vendor has said that it has no such task. An answer that could not be had is a miss, and denies nothing. */
export const countDenialsMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`ALTER TABLE jobs.timers ADD COLUMN denials smallint NOT NULL DEFAULT 0`.execute(db);
  },
};
