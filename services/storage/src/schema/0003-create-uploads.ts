import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** Uploads that take more than one request: a signed PUT, tus, or a URL that we fetch. */
async function createUploads(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table media.uploads (
      upload_id uuid primary key,
      account_id uuid not null,
      owner_user_id uuid not null,
      way text not null check (way in ('direct', 'resumable', 'import')),
      state text not null default 'open'
        check (state in ('open', 'completed', 'failed', 'cancelled', 'expired')),
      file_name text,
      content_type text,
      size_bytes bigint check (size_bytes > 0),
      sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
      received_bytes bigint not null default 0 check (received_bytes >= 0),
      source_url text,
      limits jsonb not null,
      asset_id uuid,
      error jsonb,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      ended_at timestamptz,
      objects_removed_at timestamptz,
      check ((state = 'open') = (ended_at is null)),
      check ((state = 'completed') = (asset_id is not null)),
      check ((way = 'import') = (size_bytes is null)),
      check (received_bytes <= coalesce(size_bytes, 0)),
      check (source_url is null or (way = 'import' and state = 'open'))
    )`.execute(db);
  await sql`create index uploads_open on media.uploads (owner_user_id) where state = 'open'`.execute(db);
  await sql`create index uploads_to_expire on media.uploads (expires_at) where state = 'open'`.execute(db);
  await sql`
    create index uploads_to_empty on media.uploads (expires_at)
    where state <> 'open' and objects_removed_at is null`.execute(db);
  await sql`
    create index uploads_to_forget on media.uploads (ended_at) where objects_removed_at is not null`.execute(
    db,
  );
  await sql`
    create table media.upload_parts (
      upload_id uuid not null references media.uploads (upload_id) on delete cascade,
      from_byte bigint not null check (from_byte >= 0),
      size_bytes bigint not null check (size_bytes > 0),
      object_key text not null unique,
      primary key (upload_id, from_byte)
    )`.execute(db);
}

/** Which uploads brought an asset: the same file, sent again by its owner, is one asset that lives until the last of them is given up. */
async function createClaims(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table media.asset_claims (
      upload_id uuid primary key,
      asset_id uuid not null references media.assets (asset_id) on delete cascade,
      owner_user_id uuid not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index asset_claims_by_asset on media.asset_claims (asset_id)`.execute(db);
  await sql`
    create index assets_by_content on media.assets (owner_user_id, sha256)
    where deleted_at is null and origin = 'upload'`.execute(db);
  // Until then the bytes of an asset that was given up stay: a job that runs may be reading them.
  await sql`alter table media.assets add column objects_kept_until timestamptz`.execute(db);
  await sql`
    insert into media.asset_claims (upload_id, asset_id, owner_user_id)
    select asset_id, asset_id, owner_user_id from media.assets
    where origin = 'upload' and deleted_at is null`.execute(db);
}

/**
 * Bytes of living uploads, for quotas. A trigger counts, because there are several ways for an asset to go and none may forget it, and
 * because the row that it writes is the lock under which two registrations of one user are counted one after the other.
 */
async function createUsage(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table media.storage_usage (
      owner_user_id uuid primary key,
      used_bytes bigint not null,
      files bigint not null
    )`.execute(db);
  await sql`
    create function media.count_upload(owner uuid, bytes bigint, number integer) returns void
    language sql set search_path = '' as $$
      insert into media.storage_usage as usage (owner_user_id, used_bytes, files) values (owner, bytes, number)
      on conflict (owner_user_id) do update set
        used_bytes = usage.used_bytes + excluded.used_bytes, files = usage.files + excluded.files
    $$`.execute(db);
  await sql`
    create function media.assets_counted() returns trigger language plpgsql set search_path = '' as $$
    begin
      if tg_op <> 'INSERT' and old.deleted_at is null then
        perform media.count_upload(old.owner_user_id, -old.size_bytes, -1);
      end if;
      if tg_op <> 'DELETE' and new.deleted_at is null then
        perform media.count_upload(new.owner_user_id, new.size_bytes, 1);
      end if;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger assets_counted_in after insert on media.assets
    for each row when (new.origin = 'upload') execute function media.assets_counted()`.execute(db);
  await sql`
    create trigger assets_counted_by_deletion after update of deleted_at on media.assets
    for each row when (new.origin = 'upload' and (old.deleted_at is null) <> (new.deleted_at is null))
    execute function media.assets_counted()`.execute(db);
  await sql`
    create trigger assets_counted_out after delete on media.assets
    for each row when (old.origin = 'upload') execute function media.assets_counted()`.execute(db);
  await sql`
    insert into media.storage_usage (owner_user_id, used_bytes, files)
    select owner_user_id, sum(size_bytes), count(*) from media.assets
    where origin = 'upload' and deleted_at is null group by owner_user_id`.execute(db);
}

export const createUploadsMigration: Migration = {
  async up(db) {
    await createUploads(db);
    await createClaims(db);
    await createUsage(db);
  },
};
