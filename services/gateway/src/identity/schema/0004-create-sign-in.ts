import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

type Db = Parameters<Migration['up']>[0];

export const createSignInMigration: Migration = {
  async up(db) {
    await createSessions(db);
    await createMailTokens(db);
    await createIdentities(db);
    await createThrottles(db);
  },
};

async function createSessions(db: Db): Promise<void> {
  await sql`
    create table identity.sessions (
      id uuid primary key,
      user_id uuid not null references identity.users (id),
      -- 'password', or the name of the issuer.
      method text not null check (char_length(method) between 1 and 60),
      device text check (char_length(device) <= 200),
      address inet,
      created_at timestamptz not null default now(),
      last_used_at timestamptz not null default now(),
      -- However often it is refreshed, it ends then.
      expires_at timestamptz not null,
      revoked_at timestamptz,
      revoked_reason text check (revoked_reason in
        ('signed_out', 'revoked', 'reuse', 'password_changed', 'password_reset', 'disabled'))
    )`.execute(db);
  await sql`create index sessions_user_idx on identity.sessions (user_id, id desc)`.execute(db);
  await sql`create index sessions_expires_idx on identity.sessions (expires_at)`.execute(db);
  await sql`
    create table identity.refresh_tokens (
      token_hash bytea primary key check (octet_length(token_hash) = 32),
      session_id uuid not null references identity.sessions (id) on delete cascade,
      expires_at timestamptz not null,
      -- Set by the one refresh that it is good for.
      used_at timestamptz,
      -- With it and the token itself, the next token can be made again for a moment: two tabs refresh at once.
      successor_nonce bytea check (octet_length(successor_nonce) = 32),
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index refresh_tokens_session_idx on identity.refresh_tokens (session_id)`.execute(db);
}

/** What a link in a mail stands for. A registration is no user until its link was used. */
async function createMailTokens(db: Db): Promise<void> {
  await sql`
    create table identity.mail_tokens (
      token_hash bytea primary key check (octet_length(token_hash) = 32),
      purpose text not null check (purpose in ('register', 'reset')),
      email text not null,
      user_id uuid references identity.users (id),
      display_name text,
      password_hash text,
      -- Wrong passwords that came with it.
      failures integer not null default 0,
      expires_at timestamptz not null,
      created_at timestamptz not null default now(),
      check ((purpose = 'reset') = (user_id is not null)),
      check ((purpose = 'register') = (password_hash is not null and display_name is not null))
    )`.execute(db);
  await sql`create index mail_tokens_user_idx on identity.mail_tokens (user_id) where user_id is not null`.execute(
    db,
  );
  await sql`create index mail_tokens_email_idx on identity.mail_tokens (lower(email))`.execute(db);
  await sql`create index mail_tokens_expires_idx on identity.mail_tokens (expires_at)`.execute(db);
}

async function createIdentities(db: Db): Promise<void> {
  await sql`
    create table identity.user_identities (
      issuer text not null,
      subject text not null check (char_length(subject) between 1 and 255),
      user_id uuid not null references identity.users (id),
      -- As the issuer gave it when it was linked.
      email text not null,
      created_at timestamptz not null default now(),
      last_used_at timestamptz not null default now(),
      primary key (issuer, subject)
    )`.execute(db);
  await sql`create index user_identities_user_idx on identity.user_identities (user_id)`.execute(db);
  // A browser that is away at an issuer. The row is the right to come back: whoever deletes it has used it.
  await sql`
    create table identity.sign_in_flows (
      state_hash bytea primary key check (octet_length(state_hash) = 32),
      browser_hash bytea not null check (octet_length(browser_hash) = 32),
      issuer_name text not null,
      nonce text not null,
      code_verifier text not null,
      return_to text not null,
      expires_at timestamptz not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index sign_in_flows_expires_idx on identity.sign_in_flows (expires_at)`.execute(db);
}

/** Tries within a window, counted for all replicas. */
async function createThrottles(db: Db): Promise<void> {
  await sql`
    create table identity.throttles (
      -- A hash: addresses and e-mail addresses are nobody's business here.
      key bytea primary key check (octet_length(key) = 32),
      used integer not null check (used >= 0),
      window_ends_at timestamptz not null
    )`.execute(db);
  await sql`create index throttles_window_idx on identity.throttles (window_ends_at)`.execute(db);
}
