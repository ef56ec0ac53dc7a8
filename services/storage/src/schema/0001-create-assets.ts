import { sql, type Kysely } from 'kysely';
import { createOutboxAndInbox, type Migration } from '@shotloom/database';

async function createAssets(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table media.assets (
      asset_id uuid primary key,
      account_id uuid not null,
      owner_user_id uuid not null,
      kind text not null check (kind in ('image', 'video')),
      origin text not null check (origin in ('upload', 'generated')),
      attempt_id uuid unique,
      job_id uuid,
      object_key text not null unique,
      content_type text not null,
      size_bytes bigint not null check (size_bytes >= 0),
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      width integer not null check (width > 0),
      height integer not null check (height > 0),
      duration_seconds double precision check (duration_seconds > 0),
      fps double precision check (fps > 0),
      video_codec text,
      file_name text,
      label text,
      poster_key text,
      created_at timestamptz not null default now(),
      deleted_at timestamptz,
      objects_removed_at timestamptz,
      check ((origin = 'generated') = (attempt_id is not null)),
      check ((kind = 'video') = (duration_seconds is not null)),
      check (objects_removed_at is null or deleted_at is not null)
    )`.execute(db);
  await sql`
    create index assets_by_owner on media.assets (owner_user_id, created_at desc, asset_id desc)
    where deleted_at is null`.execute(db);
  await sql`
    create index assets_to_empty on media.assets (deleted_at)
    where deleted_at is not null and objects_removed_at is null`.execute(db);
}

/** An attempt whose result nobody wants any more: an ingest that comes late must not bring it back. */
async function createAttemptTombstones(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table media.attempt_tombstones (
      attempt_id uuid primary key,
      deleted_at timestamptz not null default now()
    )`.execute(db);
}

/** When a sweep was last begun, so that one replica does each round. */
async function createSweeps(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table media.sweeps (
      name text primary key,
      begun_at timestamptz not null
    )`.execute(db);
}

export const createAssetsMigration: Migration = {
  async up(db) {
    await createAssets(db);
    await createAttemptTombstones(db);
    await createSweeps(db);
    await createOutboxAndInbox(db, 'media');
  },
};
