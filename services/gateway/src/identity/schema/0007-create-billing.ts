import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

type Db = Parameters<Migration['up']>[0];

export const createBillingMigration: Migration = {
  async up(db) {
    await createOffers(db);
    await createCustomers(db);
    await createCheckouts(db);
    await createSubscriptions(db);
    await createPayments(db);
    await createEvents(db);
  },
};

const CURRENCY = sql`text not null check (currency ~ '^[a-z]{3}$')`;

/** What is sold, and what each price at Stripe stands for: the latter never changes, since somebody may be paying it. */
async function createOffers(db: Db): Promise<void> {
  await sql`
    create table identity.billing_offers (
      id text primary key check (id ~ '^[a-z0-9-]{1,40}$'),
      kind text not null check (kind in ('pack', 'subscription')),
      title text not null check (char_length(title) between 1 and 100),
      description text not null default '',
      plan_id text references identity.plans (id),
      credits bigint not null check (credits > 0),
      amount bigint not null check (amount > 0),
      currency ${CURRENCY},
      stripe_price_id text unique,
      position integer not null default 0,
      retired_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint billing_offers_plan_check check ((kind = 'subscription') = (plan_id is not null))
    )`.execute(db);
  await sql`
    create table identity.billing_prices (
      stripe_price_id text primary key,
      offer_id text not null references identity.billing_offers (id),
      credits bigint not null check (credits > 0),
      amount bigint not null check (amount > 0),
      currency ${CURRENCY},
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index billing_prices_offer_idx on identity.billing_prices (offer_id)`.execute(db);
}

async function createCustomers(db: Db): Promise<void> {
  await sql`
    create table identity.billing_customers (
      id uuid primary key,
      account_id uuid not null references identity.accounts (id),
      -- Null: asked for, and not answered yet.
      stripe_customer_id text unique,
      -- Deleted at Stripe; what it paid stays known by it.
      deleted_at timestamptz,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create unique index billing_customers_live_key on identity.billing_customers (account_id)
      where deleted_at is null`.execute(db);
  // Who asks Stripe about an account at the moment: one after the other, so that no older answer is written over a newer one.
  await sql`
    create table identity.billing_leases (
      name text primary key,
      holder uuid not null,
      until timestamptz not null
    )`.execute(db);
}

async function createCheckouts(db: Db): Promise<void> {
  await sql`
    create table identity.billing_checkouts (
      id uuid primary key,
      account_id uuid not null references identity.accounts (id),
      owner_user_id uuid not null references identity.users (id),
      offer_id text not null references identity.billing_offers (id),
      kind text not null check (kind in ('pack', 'subscription')),
      -- As it was offered: what is paid must be this.
      credits bigint not null check (credits > 0),
      amount bigint not null check (amount > 0),
      currency ${CURRENCY},
      idempotency_key text,
      request_hash text not null,
      stripe_session_id text unique,
      url text,
      status text not null default 'open' check (status in ('open', 'paid', 'expired', 'failed')),
      expires_at timestamptz not null,
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create unique index billing_checkouts_idempotency_key
      on identity.billing_checkouts (owner_user_id, idempotency_key) where idempotency_key is not null`.execute(
    db,
  );
  await sql`
    create index billing_checkouts_account_idx on identity.billing_checkouts (account_id, created_at desc)`.execute(
    db,
  );
  await sql`
    create index billing_checkouts_open_idx on identity.billing_checkouts (updated_at)
      where status = 'open'`.execute(db);
}

async function createSubscriptions(db: Db): Promise<void> {
  await sql`
    create table identity.billing_subscriptions (
      stripe_subscription_id text primary key,
      account_id uuid not null references identity.accounts (id),
      offer_id text not null references identity.billing_offers (id),
      stripe_price_id text not null,
      stripe_item_id text not null,
      status text not null,
      cancel_at_period_end boolean not null,
      current_period_start timestamptz not null,
      current_period_end timestamptz not null,
      started_at timestamptz not null,
      ended_at timestamptz,
      -- The plan that it gave last: an operator who gives another one is not overruled until the subscription changes.
      plan_given text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create index billing_subscriptions_account_idx
      on identity.billing_subscriptions (account_id, started_at desc)`.execute(db);
}

/** One row for each thing that was paid: a payment intent of a pack, an invoice of a subscription. */
async function createPayments(db: Db): Promise<void> {
  await sql`
    create table identity.billing_payments (
      id uuid primary key,
      -- pi_... or in_...: the grant has the same reference, so that one payment never grants twice.
      reference text not null unique,
      account_id uuid not null references identity.accounts (id),
      offer_id text not null references identity.billing_offers (id),
      kind text not null check (kind in ('pack', 'subscription')),
      checkout_id uuid references identity.billing_checkouts (id),
      stripe_subscription_id text,
      payment_intents text[] not null default '{}',
      amount bigint not null check (amount >= 0),
      currency ${CURRENCY},
      -- Below zero where an invoice gave money back for time that was not used.
      credits bigint not null,
      expires_at timestamptz,
      amount_refunded bigint not null default 0 check (amount_refunded >= 0),
      amount_disputed bigint not null default 0 check (amount_disputed >= 0),
      credits_taken_back bigint not null default 0 check (credits_taken_back >= 0),
      -- How often credits were taken back or given back: numbers the ledger's references.
      adjustments integer not null default 0,
      receipt_url text,
      paid_at timestamptz not null,
      created_at timestamptz(3) not null default now(),
      constraint billing_payments_taken_check check (credits_taken_back <= greatest(credits, 0))
    )`.execute(db);
  await sql`
    create index billing_payments_account_idx
      on identity.billing_payments (account_id, created_at desc, id desc)`.execute(db);
  await sql`
    create index billing_payments_intents_idx on identity.billing_payments using gin (payment_intents)`.execute(
    db,
  );
}

async function createEvents(db: Db): Promise<void> {
  await sql`
    create table identity.stripe_events (
      id text primary key,
      type text not null,
      livemode boolean not null,
      api_version text,
      stripe_created_at timestamptz not null,
      -- What it is about, which is all that is taken from it: how things stand is asked for.
      subject jsonb not null,
      payload_sha256 bytea not null,
      source text not null check (source in ('webhook', 'sweep')),
      state text not null default 'received'
        check (state in ('received', 'processed', 'ignored', 'refused', 'failed')),
      attempts integer not null default 0,
      next_attempt_at timestamptz not null default now(),
      error text,
      received_at timestamptz(3) not null default now(),
      processed_at timestamptz
    )`.execute(db);
  await sql`
    create index stripe_events_open_idx on identity.stripe_events (next_attempt_at)
      where state in ('received', 'failed')`.execute(db);
  await sql`
    create index stripe_events_wrong_idx on identity.stripe_events (received_at desc)
      where state in ('failed', 'refused')`.execute(db);
  await sql`create index stripe_events_received_idx on identity.stripe_events (received_at)`.execute(db);
  await sql`
    create table identity.billing_cursors (
      name text primary key,
      position timestamptz not null
    )`.execute(db);
}
