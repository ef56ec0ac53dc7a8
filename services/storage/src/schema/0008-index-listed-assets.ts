import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

/**
 * A user's assets by what they are: whoever looks for pictures must not read all videos. No asset is stored or changed while it is made, some
 * 7 s for each million assets.
 */
export const indexListedAssetsMigration: Migration = {
  async up(db) {
    await sql`
      create index assets_listed on media.assets
        (owner_user_id, kind, origin, content_type, created_at desc, asset_id desc)
      where deleted_at is null and expiring_at is null`.execute(db);
  },
};
