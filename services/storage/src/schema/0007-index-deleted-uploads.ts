import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

export const indexDeletedUploadsMigration: Migration = {
  async up(db) {
    // What a user has deleted and is still here, asked for with each upload.
    await sql`
      create index assets_deleted_by_owner on media.assets (owner_user_id) include (size_bytes)
      where origin = 'upload' and deleted_at is not null and objects_removed_at is null`.execute(db);
  },
};
