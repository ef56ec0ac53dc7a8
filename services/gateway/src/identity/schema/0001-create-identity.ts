import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

export const createIdentityMigration: Migration = {
  async up(db) {
    await sql`
      create table identity.accounts (
        id uuid primary key,
        name text not null,
        created_at timestamptz not null default now()
      )`.execute(db);
    await sql`
      create table identity.users (
        id uuid primary key,
        account_id uuid not null references identity.accounts (id),
        email text not null,
        display_name text not null,
        role text not null default 'user' check (role in ('user', 'admin')),
        created_at timestamptz not null default now()
      )`.execute(db);
    // One person, one user, however the address is typed.
    await sql`create unique index users_email_key on identity.users (lower(email))`.execute(db);
    await sql`create index users_account_idx on identity.users (account_id)`.execute(db);
    await createApiKeys(db);
    await createTickets(db);
  },
};

async function createApiKeys(db: Parameters<Migration['up']>[0]): Promise<void> {
  await sql`
    create table identity.api_keys (
      id uuid primary key,
      account_id uuid not null references identity.accounts (id),
      owner_user_id uuid not null references identity.users (id),
      name text not null,
      prefix text not null,
      secret_hash bytea not null check (octet_length(secret_hash) = 32),
      scopes text[] not null check (scopes <@ array['generate', 'read', 'admin']),
      expires_at timestamptz,
      revoked_at timestamptz,
      last_used_at timestamptz,
      created_at timestamptz not null default now(),
      constraint api_keys_prefix_key unique (prefix)
    )`.execute(db);
  await sql`create index api_keys_owner_idx on identity.api_keys (owner_user_id)`.execute(db);
}

async function createTickets(db: Parameters<Migration['up']>[0]): Promise<void> {
  await sql`
    create table identity.tickets (
      token_hash bytea primary key check (octet_length(token_hash) = 32),
      account_id uuid not null references identity.accounts (id),
      owner_user_id uuid not null references identity.users (id),
      scopes text[] not null check (scopes <@ array['generate', 'read', 'admin']),
      expires_at timestamptz not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index tickets_expires_idx on identity.tickets (expires_at)`.execute(db);
}
