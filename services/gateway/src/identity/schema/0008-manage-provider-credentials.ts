import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

/** Caps in millionths of a US dollar. A removed credential stays until nothing under way needs its secrets. */
export const manageProviderCredentialsMigration: Migration = {
  async up(db) {
    await sql`
      alter table identity.provider_credentials
        add column deleted_at timestamptz,
        add column day_cap_micros bigint check (day_cap_micros >= 0),
        add column month_cap_micros bigint check (month_cap_micros >= 0),
        add column alert_percents integer[] not null default '{80,100}'
          check (cardinality(alert_percents) <= 10 and 0 < all (alert_percents) and 1000 >= all (alert_percents)),
        add column low_balance numeric(20, 6) check (low_balance >= 0)`.execute(db);
    await sql`
      create index provider_credentials_deleted_idx on identity.provider_credentials (deleted_at)
        where deleted_at is not null`.execute(db);
    // What a user likes to be filled in, whether or not they have a key of their own.
    await sql`
      create table identity.provider_preferences (
        user_id uuid not null references identity.users (id),
        provider text not null check (provider ~ '^[a-z0-9-]{1,60}$'),
        settings jsonb not null default '{}',
        updated_at timestamptz not null default now(),
        primary key (user_id, provider)
      )`.execute(db);
  },
};
