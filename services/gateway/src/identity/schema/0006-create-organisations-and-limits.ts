import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

type Db = Parameters<Migration['up']>[0];

export const createOrganisationsAndLimitsMigration: Migration = {
  async up(db) {
    await extendPlans(db);
    await extendAccounts(db);
    await createInvitations(db);
    await createRateBuckets(db);
  },
};

async function extendPlans(db: Db): Promise<void> {
  // For measurements: what is measured must not be the limiter.
  await sql`alter table identity.plans add column unlimited boolean not null default false`.execute(db);
  // The account of a local installation, whose owner is its operator and tries things by scripts.
  await sql`
    insert into identity.plans
      (id, title, description, concurrency, per_provider_concurrency, weight, generations_per_hour, requests_per_second, members_max)
    values ('demo', 'Demo', 'What the demo account of a local installation has.', 25, 5, 1, 10000, 200, 10)`.execute(
    db,
  );
}

async function extendAccounts(db: Db): Promise<void> {
  await sql`
    alter table identity.accounts
      -- A mail is sent when what can be spent falls below; null: never.
      add column low_balance_credits bigint check (low_balance_credits > 0),
      -- Whether the balance was above since the last mail: one mail a crossing.
      add column low_balance_armed boolean not null default false`.execute(db);
  await sql`
    create index accounts_low_balance_idx on identity.accounts (id) where low_balance_credits is not null`.execute(
    db,
  );
  await sql`
    alter table identity.api_keys
      add column if not exists monthly_credit_limit bigint check (monthly_credit_limit >= 0)`.execute(db);
  await sql`
    create index if not exists api_keys_member_idx on identity.api_keys (owner_user_id, account_id)`.execute(
    db,
  );
}

async function createInvitations(db: Db): Promise<void> {
  await sql`
    create table identity.invitations (
      id uuid primary key,
      account_id uuid not null references identity.accounts (id),
      email text not null check (char_length(email) between 3 and 320),
      role text not null check (role in ('owner', 'admin', 'member')),
      monthly_credit_limit bigint check (monthly_credit_limit >= 0),
      token_hash bytea not null unique check (octet_length(token_hash) = 32),
      invited_by uuid not null references identity.users (id),
      expires_at timestamptz not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  // A second invitation of the same address takes the place of the first.
  await sql`
    create unique index invitations_account_email_key on identity.invitations (account_id, lower(email))`.execute(
    db,
  );
  await sql`create index invitations_expires_idx on identity.invitations (expires_at)`.execute(db);
}

/**
 * Shared token buckets. Unlogged: they are written often, and after a crash of the server all of them being full again is
 * harmless.
 */
async function createRateBuckets(db: Db): Promise<void> {
  await sql`
    create unlogged table identity.rate_buckets (
      key text primary key check (char_length(key) between 1 and 100),
      -- May be below zero: what replicas let through before they could ask.
      tokens double precision not null,
      granted integer not null,
      refilled_at timestamptz not null
    ) with (fillfactor = 50)`.execute(db);
  await sql`create index rate_buckets_refilled_idx on identity.rate_buckets (refilled_at)`.execute(db);
}
