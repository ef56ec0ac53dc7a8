import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** One row for each job that was ever shared. A revoked one keeps its id and loses its token. */
async function createShares(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table media.shares (
      share_id uuid primary key,
      job_id uuid not null unique,
      asset_id uuid not null unique references media.assets (asset_id),
      account_id uuid not null,
      owner_user_id uuid not null,
      token text unique check (token ~ '^[A-Za-z0-9_-]{43}$'),
      title text,
      prompt text,
      model text not null,
      allow_download boolean not null,
      expires_at timestamptz(3),
      created_at timestamptz(3) not null default now(),
      blocked_at timestamptz
    )`.execute(db);
  await sql`
    create index shares_by_owner on media.shares (owner_user_id, share_id desc)
    where token is not null`.execute(db);
}

async function createEntries(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table media.gallery_entries (
      entry_id uuid primary key references media.shares (share_id) on delete cascade,
      model text not null,
      status text not null check (status in ('pending', 'published', 'rejected', 'removed')),
      likes integer not null default 0 check (likes >= 0),
      comments integer not null default 0 check (comments >= 0),
      open_reports integer not null default 0 check (open_reports >= 0),
      created_at timestamptz(3) not null default now(),
      published_at timestamptz(3),
      check (status <> 'published' or published_at is not null)
    )`.execute(db);
  // Two orders, each of everything and of one model; a page reads no more rows than it shows.
  await sql`
    create index gallery_entries_new on media.gallery_entries (published_at desc, entry_id desc)
    where status = 'published'`.execute(db);
  await sql`
    create index gallery_entries_top on media.gallery_entries (likes desc, entry_id desc)
    where status = 'published'`.execute(db);
  await sql`
    create index gallery_entries_new_of_model on media.gallery_entries (model, published_at desc, entry_id desc)
    where status = 'published'`.execute(db);
  await sql`
    create index gallery_entries_top_of_model on media.gallery_entries (model, likes desc, entry_id desc)
    where status = 'published'`.execute(db);
  await createQueueIndexes(db, 'gallery_entries', 'entry_id');
}

async function createLikesAndComments(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table media.gallery_likes (
      entry_id uuid not null references media.gallery_entries (entry_id) on delete cascade,
      user_id uuid not null,
      created_at timestamptz not null default now(),
      primary key (entry_id, user_id)
    )`.execute(db);
  await sql`
    create table media.comments (
      comment_id uuid primary key,
      entry_id uuid not null references media.gallery_entries (entry_id) on delete cascade,
      author_user_id uuid not null,
      text text not null check (char_length(text) between 1 and 1000),
      status text not null check (status in ('pending', 'published', 'rejected', 'removed')),
      open_reports integer not null default 0 check (open_reports >= 0),
      created_at timestamptz(3) not null default now()
    )`.execute(db);
  await sql`create index comments_by_entry on media.comments (entry_id, comment_id desc)`.execute(db);
  await createQueueIndexes(db, 'comments', 'comment_id');
}

/** What operators look at: what waits for them, and what they have refused. */
async function createQueueIndexes(db: Kysely<unknown>, table: string, id: string): Promise<void> {
  await sql`
    create index ${sql.ref(`${table}_open`)} on ${sql.table(`media.${table}`)} (created_at, ${sql.ref(id)})
    where status = 'pending' or open_reports > 0`.execute(db);
  await sql`
    create index ${sql.ref(`${table}_refused`)} on ${sql.table(`media.${table}`)}
      (status, created_at, ${sql.ref(id)})
    where status in ('rejected', 'removed')`.execute(db);
}

async function createReports(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table media.gallery_reports (
      report_id uuid primary key,
      entry_id uuid references media.gallery_entries (entry_id) on delete cascade,
      comment_id uuid references media.comments (comment_id) on delete cascade,
      reporter_user_id uuid not null,
      reason text not null,
      created_at timestamptz not null default now(),
      resolved_at timestamptz,
      check (num_nonnulls(entry_id, comment_id) = 1),
      unique (entry_id, reporter_user_id),
      unique (comment_id, reporter_user_id)
    )`.execute(db);
}

export const sharesAndGalleryMigration: Migration = {
  async up(db) {
    await createShares(db);
    await createEntries(db);
    await createLikesAndComments(db);
    await createReports(db);
  },
};
