import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

export const extendCredentialsMigration: Migration = {
  async up(db) {
    await sql`
      alter table identity.api_keys
        -- Credits in a calendar month (UTC) for all keys of one root; null: as much as there is.
        add column monthly_credit_limit bigint check (monthly_credit_limit >= 0),
        add column rotated_from uuid references identity.api_keys (id),
        -- The first key of a chain of rotations. Null: the key itself is it.
        add column root_key_id uuid references identity.api_keys (id),
        add constraint api_keys_rotation_check check ((rotated_from is null) = (root_key_id is null))`.execute(
      db,
    );
    // One key follows another once: two rotations at the same moment make one.
    await sql`create unique index api_keys_rotated_from_key on identity.api_keys (rotated_from)`.execute(db);
    await sql`create index api_keys_root_idx on identity.api_keys (root_key_id)`.execute(db);
    // A ticket ends with what it was made with.
    await sql`
      alter table identity.tickets
        add column session_id uuid references identity.sessions (id) on delete cascade,
        add column key_id uuid references identity.api_keys (id)`.execute(db);
    await sql`create index tickets_session_idx on identity.tickets (session_id)`.execute(db);
    await sql`create index tickets_key_idx on identity.tickets (key_id)`.execute(db);
    await sql`
      create table identity.idempotency_keys (
        user_id uuid not null references identity.users (id),
        route text not null,
        key text not null check (char_length(key) between 1 and 255),
        request_hash bytea not null check (octet_length(request_hash) = 32),
        resource_id uuid not null,
        created_at timestamptz not null default now(),
        primary key (user_id, route, key)
      )`.execute(db);
    await sql`create index idempotency_keys_created_idx on identity.idempotency_keys (created_at)`.execute(
      db,
    );
  },
};
