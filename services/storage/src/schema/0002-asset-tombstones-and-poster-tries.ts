import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

export const tombstonesAndPosterTriesMigration: Migration = {
  async up(db) {
    // An upload that was given up before its row came: a registration still running must not make it an asset.
    await sql`
      create table media.asset_tombstones (
        asset_id uuid primary key,
        deleted_at timestamptz not null default now()
      )`.execute(db);
    await sql`
      alter table media.assets
        add column poster_tries integer not null default 0 check (poster_tries >= 0),
        add column poster_tried_at timestamptz`.execute(db);
    await sql`
      create index assets_without_poster on media.assets (created_at)
      where kind = 'video' and poster_key is null and deleted_at is null`.execute(db);
  },
};
