import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

export const indexWhatGrowsMigration: Migration = {
  async up(db) {
    // Whoever looks for pictures must not read all videos. No asset is stored or changed while it is made, some 7 s for each million assets.
    await sql`
      create index assets_listed on media.assets
        (owner_user_id, kind, origin, content_type, created_at desc, asset_id desc)
      where deleted_at is null and expiring_at is null`.execute(db);
    await sql`create index shares_expiring on media.shares (expires_at) where expires_at is not null`.execute(
      db,
    );
    // From now on the sweep takes them out, soon after their end.
    await sql`
      delete from media.gallery_entries as entry using media.shares as share
      where share.share_id = entry.entry_id and share.expires_at <= now()
        and entry.status = 'published' and entry.open_reports = 0`.execute(db);
  },
};
