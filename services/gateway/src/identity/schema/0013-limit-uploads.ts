import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

/** How long an uploaded video may be, and how much of a user's uploads is kept. Null: what the installation takes. */
export const limitUploadsMigration: Migration = {
  async up(db) {
    await sql`
      alter table identity.plans
        add column upload_video_max_seconds integer check (upload_video_max_seconds > 0),
        add column storage_quota_bytes bigint check (storage_quota_bytes > 0)`.execute(db);
  },
};
