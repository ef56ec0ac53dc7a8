import type { ColumnType, Generated } from 'kysely';
import type { Big, NullableTimestamp, Timestamp } from './columns';

type Kind = 'pack' | 'subscription';
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>;

/** What is sold: credits once, or a plan with credits each month. */
export interface BillingOffersTable {
  /** A short name, for example `credits-500`. */
  id: string;
  kind: Kind;
  title: string;
  description: Generated<string>;
  /** Of a subscription. */
  plan_id: string | null;
  /** Once, or a month. */
  credits: Big;
  /** In the currency's smallest unit, once or a month. */
  amount: Big;
  /** ISO 4217 in lower case. */
  currency: string;
  /** The operator's own price at Stripe; for subscriptions made at the first sale otherwise. */
  stripe_price_id: Optional<string>;
  position: Generated<number>;
  retired_at: NullableTimestamp;
  created_at: Timestamp;
  updated_at: Timestamp;
}

/** What a price at Stripe stands for. Never changed. */
export interface BillingPricesTable {
  stripe_price_id: string;
  offer_id: string;
  credits: Big;
  amount: Big;
  currency: string;
  created_at: Timestamp;
}

export interface BillingCustomersTable {
  id: string;
  account_id: string;
  stripe_customer_id: Optional<string>;
  deleted_at: NullableTimestamp;
  created_at: Timestamp;
}

export interface BillingLeasesTable {
  name: string;
  holder: string;
  until: Timestamp;
}

/** A page to pay at. Its id is the session's `client_reference_id`. */
export interface BillingCheckoutsTable {
  id: string;
  account_id: string;
  owner_user_id: string;
  offer_id: string;
  kind: Kind;
  credits: Big;
  amount: Big;
  currency: string;
  idempotency_key: string | null;
  request_hash: string;
  stripe_session_id: Optional<string>;
  url: Optional<string>;
  status: Generated<'open' | 'paid' | 'expired' | 'failed'>;
  expires_at: ColumnType<Date, Date, Date>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface BillingSubscriptionsTable {
  stripe_subscription_id: string;
  account_id: string;
  offer_id: string;
  stripe_price_id: string;
  stripe_item_id: string;
  /** Stripe's own word. */
  status: string;
  cancel_at_period_end: boolean;
  current_period_start: ColumnType<Date, Date, Date>;
  current_period_end: ColumnType<Date, Date, Date>;
  started_at: ColumnType<Date, Date, Date>;
  ended_at: NullableTimestamp;
  plan_given: Optional<string>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

export interface BillingPaymentsTable {
  id: string;
  reference: string;
  account_id: string;
  offer_id: string;
  kind: Kind;
  checkout_id: string | null;
  stripe_subscription_id: string | null;
  payment_intents: ColumnType<string[], string[] | undefined, string[]>;
  /** What was paid with it, in the currency's smallest unit. */
  amount: Big;
  currency: string;
  credits: Big;
  expires_at: NullableTimestamp;
  amount_refunded: ColumnType<string, number | undefined, number>;
  /** Withdrawn by disputes that are open or lost. */
  amount_disputed: ColumnType<string, number | undefined, number>;
  credits_taken_back: ColumnType<string, number | undefined, number>;
  adjustments: Generated<number>;
  receipt_url: Optional<string>;
  paid_at: ColumnType<Date, Date, Date>;
  created_at: Timestamp;
}

export interface StripeEventsTable {
  /** Stripe's own. */
  id: string;
  type: string;
  livemode: boolean;
  api_version: string | null;
  stripe_created_at: ColumnType<Date, Date, never>;
  subject: ColumnType<unknown, string, never>;
  payload_sha256: Buffer;
  source: 'webhook' | 'sweep';
  /** `refused` will never do; `failed` is tried again. */
  state: Generated<'received' | 'processed' | 'ignored' | 'refused' | 'failed'>;
  attempts: Generated<number>;
  next_attempt_at: Timestamp;
  error: Optional<string>;
  received_at: Timestamp;
  processed_at: NullableTimestamp;
}

export interface BillingCursorsTable {
  name: string;
  position: ColumnType<Date, Date, Date>;
}

export interface BillingTables {
  'identity.billing_offers': BillingOffersTable;
  'identity.billing_prices': BillingPricesTable;
  'identity.billing_customers': BillingCustomersTable;
  'identity.billing_leases': BillingLeasesTable;
  'identity.billing_checkouts': BillingCheckoutsTable;
  'identity.billing_subscriptions': BillingSubscriptionsTable;
  'identity.billing_payments': BillingPaymentsTable;
  'identity.stripe_events': StripeEventsTable;
  'identity.billing_cursors': BillingCursorsTable;
}
