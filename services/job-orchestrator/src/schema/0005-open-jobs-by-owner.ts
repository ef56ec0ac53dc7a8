import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** Stop-all and lists of what runs look at a user's open jobs, however many that user has finished. */
export const indexOpenJobsMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`CREATE INDEX jobs_open_by_owner ON jobs.jobs (owner_user_id, created_at DESC, job_id DESC)
      WHERE finished_at IS NULL AND deleted_at IS NULL`.execute(db);
  },
};
