import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** What is made of a video for showing it. A kind that cannot or need not be made has a row too, that says why. */
async function createRenditions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table media.renditions (
      asset_id uuid not null references media.assets on delete cascade,
      kind text not null,
      object_key text unique,
      content_type text,
      size_bytes bigint check (size_bytes > 0),
      width integer check (width > 0),
      height integer check (height > 0),
      grid jsonb,
      problem text,
      created_at timestamptz not null default now(),
      primary key (asset_id, kind),
      check ((object_key is null) = (problem is not null)),
      check (object_key is null or (content_type is not null and size_bytes is not null and width is not null and height is not null))
    )`.execute(db);
  await sql`
    alter table media.assets
      add column has_audio boolean,
      add column renditions_at timestamptz,
      add column rendition_tries integer not null default 0 check (rendition_tries >= 0),
      add column rendition_tried_at timestamptz`.execute(db);
  await sql`
    create index assets_without_renditions on media.assets (created_at)
    where kind = 'video' and renditions_at is null and deleted_at is null`.execute(db);
}

/** For how long whose assets are kept. The newer of the account's news and its plan's news counts. */
async function createRetention(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table media.plan_retention (
      plan_id text primary key,
      version bigint not null,
      retention_days integer check (retention_days > 0)
    )`.execute(db);
  await sql`
    create table media.account_retention (
      account_id uuid primary key,
      account_version bigint not null,
      plan_id text not null,
      version bigint not null,
      retention_days integer check (retention_days > 0)
    )`.execute(db);
  // What is kept whatever the plan says: marked by a person, or shared with the public.
  await sql`
    create table media.asset_holds (
      asset_id uuid not null references media.assets on delete cascade,
      reason text not null,
      created_at timestamptz not null default now(),
      primary key (asset_id, reason)
    )`.execute(db);
  await sql`
    alter table media.assets
      add column expiring_at timestamptz,
      add column expired_at timestamptz,
      add constraint expired_is_deleted check (expired_at is null or deleted_at is not null)`.execute(db);
  await sql`
    create index assets_by_account_and_age on media.assets (account_id, created_at)
    where deleted_at is null`.execute(db);
  await sql`
    create index assets_expiring on media.assets (expiring_at)
    where expiring_at is not null and deleted_at is null`.execute(db);
}

export const renditionsAndRetentionMigration: Migration = {
  async up(db) {
    await createRenditions(db);
    await createRetention(db);
  },
};
