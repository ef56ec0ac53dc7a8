import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/**
 * A user's jobs by provider and status: a list of what has failed must not read everything that went well. While it is made no job can be
 * accepted or change, some 5 s for each million jobs.
 */
export const indexListedJobsMigration: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`CREATE INDEX jobs_listed ON jobs.jobs (owner_user_id, provider, status, created_at DESC, job_id DESC)
      WHERE deleted_at IS NULL`.execute(db);
  },
};
