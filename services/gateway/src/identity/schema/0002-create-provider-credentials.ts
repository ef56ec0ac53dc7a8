import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

export const createProviderCredentialsMigration: Migration = {
  async up(db) {
    // The operator's have no owner, and are still one a name: hence no two nulls that differ.
    await sql`
      create table identity.provider_credentials (
        id uuid primary key,
        provider text not null check (provider ~ '^[a-z0-9-]{1,60}$'),
        owner_user_id uuid references identity.users (id),
        account_id uuid references identity.accounts (id),
        name text not null check (char_length(name) between 1 and 100),
        enabled boolean not null default true,
        concurrency integer check (concurrency > 0),
        current_version integer not null check (current_version > 0),
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        constraint provider_credentials_owner_check check ((owner_user_id is null) = (account_id is null)),
        constraint provider_credentials_name_key unique nulls not distinct (provider, owner_user_id, name)
      )`.execute(db);
    await sql`
      create index provider_credentials_owner_idx on identity.provider_credentials (owner_user_id)
        where owner_user_id is not null`.execute(db);
    await sql`
      create table identity.provider_credential_versions (
        credential_id uuid not null references identity.provider_credentials (id),
        version integer not null check (version > 0),
        key_id text not null,
        nonce bytea not null check (octet_length(nonce) = 12),
        ciphertext bytea not null check (octet_length(ciphertext) > 16),
        base_url text,
        created_at timestamptz not null default now(),
        primary key (credential_id, version)
      )`.execute(db);
  },
};
