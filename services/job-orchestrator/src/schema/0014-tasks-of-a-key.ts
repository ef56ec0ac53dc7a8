import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/**
 * A task belongs to one attempt among those of its key. Servers that speak one protocol, each with a key and an address of its own, may give
 * the same ids: a second task of that name could not be noted, though it was bought. While it is made no attempt can change.
 */
export const tasksOfAKeyMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`DROP INDEX jobs.attempts_by_vendor_task`.execute(db);
    await sql`CREATE UNIQUE INDEX attempts_by_vendor_task ON jobs.attempts (provider, vendor_task_id, credential_id)
      WHERE vendor_task_id IS NOT NULL`.execute(db);
  },
};
