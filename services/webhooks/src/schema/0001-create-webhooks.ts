import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

type Db = Kysely<unknown>;

async function createEndpoints(db: Db): Promise<void> {
  // Updated with every event and call: room in the pages keeps most of it in place.
  await sql`
    create table webhooks.endpoints (
      id uuid primary key,
      account_id uuid not null,
      owner_user_id uuid not null,
      url text not null check (char_length(url) between 1 and 2000),
      description text not null check (char_length(description) <= 500),
      event_types text[] not null check (cardinality(event_types) between 1 and 50),
      -- Null while it is enabled.
      disabled_reason text check (disabled_reason in ('owner', 'failing', 'gone')),
      disabled_at timestamptz,
      -- Since when every call has failed, and how many did.
      failing_since timestamptz,
      failures integer not null default 0 check (failures >= 0),
      -- When something of it is due at the earliest; null where nothing waits. The dispatcher looks nowhere else.
      due_at timestamptz,
      -- Of a disabling whose owner has not been told yet.
      notice_id uuid,
      created_at timestamptz not null default now(),
      deleted_at timestamptz,
      check ((disabled_reason is null) = (disabled_at is null)),
      check ((failing_since is null) = (failures = 0))
    ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500)`.execute(
    db,
  );
  await sql`
    create index endpoints_by_owner on webhooks.endpoints (owner_user_id, account_id, id) where deleted_at is null`.execute(
    db,
  );
  await sql`create index endpoints_by_account on webhooks.endpoints (account_id) where deleted_at is null`.execute(
    db,
  );
  await sql`create index endpoints_due on webhooks.endpoints (due_at) where due_at is not null`.execute(db);
  await sql`create index endpoints_to_tell on webhooks.endpoints (id) where notice_id is not null`.execute(
    db,
  );
  await sql`
    create index endpoints_off on webhooks.endpoints (id) where disabled_reason is not null or deleted_at is not null`.execute(
    db,
  );
}

/** The newest version signs, and those before it until they end. */
async function createSecrets(db: Db): Promise<void> {
  await sql`
    create table webhooks.endpoint_secrets (
      endpoint_id uuid not null references webhooks.endpoints (id) on delete cascade,
      version integer not null check (version > 0),
      key_id text not null,
      nonce bytea not null,
      ciphertext bytea not null,
      expires_at timestamptz,
      primary key (endpoint_id, version)
    )`.execute(db);
  await sql`
    create index endpoint_secrets_ending on webhooks.endpoint_secrets (expires_at) where expires_at is not null`.execute(
    db,
  );
}

/** What is sent, once for all endpoints that get it. Without references: rows are many, and removed in batches by their age. */
async function createEvents(db: Db): Promise<void> {
  await sql`
    create table webhooks.events (
      id text primary key check (char_length(id) <= 100),
      type text not null,
      body text not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`create index events_by_age on webhooks.events (created_at)`.execute(db);
}

async function createDeliveries(db: Db): Promise<void> {
  await sql`
    create table webhooks.deliveries (
      id uuid primary key,
      endpoint_id uuid not null,
      account_id uuid not null,
      event_id text not null,
      event_type text not null,
      status text not null check (status in ('pending', 'delivered', 'failed')),
      attempts integer not null default 0,
      -- While a call runs: when it is given up for lost.
      next_try_at timestamptz,
      -- The call that runs, if one does, and until when nobody else may make one.
      claim_id uuid,
      claimed_until timestamptz,
      last_tried_at timestamptz,
      status_code integer,
      answer text,
      error text,
      duration_ms integer,
      created_at timestamptz not null,
      delivered_at timestamptz,
      -- However often an event is read, an endpoint has it once.
      unique (endpoint_id, event_id),
      check ((status = 'pending') = (next_try_at is not null)),
      check ((claim_id is null) = (claimed_until is null))
    ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500)`.execute(
    db,
  );
  await sql`create index deliveries_due on webhooks.deliveries (endpoint_id, next_try_at) where status = 'pending'`.execute(
    db,
  );
  await sql`
    create index deliveries_running on webhooks.deliveries (account_id, endpoint_id) where claimed_until is not null`.execute(
    db,
  );
  await sql`create index deliveries_by_endpoint on webhooks.deliveries (endpoint_id, id)`.execute(db);
  await sql`create index deliveries_by_status on webhooks.deliveries (endpoint_id, status, id)`.execute(db);
  await sql`
    create index deliveries_failed on webhooks.deliveries (endpoint_id, created_at) where status = 'failed'`.execute(
    db,
  );
  await sql`create index deliveries_by_age on webhooks.deliveries (created_at)`.execute(db);
}

export const createWebhooksMigration: Migration = {
  async up(db) {
    await createEndpoints(db);
    await createSecrets(db);
    await createEvents(db);
    await createDeliveries(db);
  },
};
