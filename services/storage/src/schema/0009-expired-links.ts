import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

/** Links by their end: from now on the sweep takes their entries out of the gallery soon after it. Nobody shares anything for that moment. */
export const expiredLinksMigration: Migration = {
  async up(db) {
    await sql`create index shares_expiring on media.shares (expires_at) where expires_at is not null`.execute(
      db,
    );
    await sql`
      delete from media.gallery_entries as entry using media.shares as share
      where share.share_id = entry.entry_id and share.expires_at <= now()
        and entry.status = 'published' and entry.open_reports = 0`.execute(db);
  },
};
