/** What the simulator keeps of each of Stripe's objects, in the shapes of API version 2026-10-28.endive. Times in seconds, money in minor units. */
export type Metadata = Record<string, string>;

export interface SimCustomer {
  id: string;
  object: 'customer';
  created: number;
  livemode: false;
  email: string | null;
  name: string | null;
  /** Below zero: what the customer has in credit. */
  balance: number;
  currency: string | null;
  delinquent: boolean;
  metadata: Metadata;
  deleted?: true;
}

export interface SimPrice {
  id: string;
  object: 'price';
  active: boolean;
  created: number;
  livemode: false;
  currency: string;
  unit_amount: number;
  unit_amount_decimal: string;
  product: string;
  type: 'one_time' | 'recurring';
  recurring: { interval: 'month' | 'year'; interval_count: number; usage_type: 'licensed' } | null;
  lookup_key: string | null;
  metadata: Metadata;
}

export interface SimProduct {
  id: string;
  object: 'product';
  active: boolean;
  created: number;
  livemode: false;
  name: string;
  metadata: Metadata;
}

export interface SimSession {
  id: string;
  object: 'checkout.session';
  created: number;
  expires_at: number;
  livemode: false;
  mode: 'payment' | 'subscription';
  status: 'open' | 'complete' | 'expired';
  payment_status: 'unpaid' | 'paid' | 'no_payment_required';
  amount_subtotal: number;
  amount_total: number;
  total_details: { amount_discount: number; amount_shipping: number; amount_tax: number };
  currency: string;
  customer: string | null;
  client_reference_id: string | null;
  metadata: Metadata;
  payment_intent: string | null;
  subscription: string | null;
  invoice: string | null;
  success_url: string;
  cancel_url: string | null;
  url: string | null;
  ui_mode: 'hosted_page';
}

export interface SimPaymentIntent {
  id: string;
  object: 'payment_intent';
  created: number;
  livemode: false;
  amount: number;
  amount_received: number;
  currency: string;
  customer: string | null;
  latest_charge: string | null;
  last_payment_error: { type: 'card_error'; code: string; message: string } | null;
  metadata: Metadata;
  status: 'requires_payment_method' | 'processing' | 'succeeded' | 'canceled';
}

export interface SimCharge {
  id: string;
  object: 'charge';
  created: number;
  livemode: false;
  amount: number;
  amount_captured: number;
  amount_refunded: number;
  currency: string;
  customer: string | null;
  disputed: boolean;
  paid: boolean;
  payment_intent: string;
  receipt_url: string | null;
  refunded: boolean;
  status: 'succeeded' | 'failed';
  metadata: Metadata;
}

export interface SimRefund {
  id: string;
  object: 'refund';
  created: number;
  amount: number;
  currency: string;
  charge: string;
  payment_intent: string;
  reason: string | null;
  status: 'pending' | 'succeeded' | 'failed' | 'canceled';
  metadata: Metadata;
}

export interface SimDispute {
  id: string;
  object: 'dispute';
  created: number;
  livemode: false;
  amount: number;
  currency: string;
  charge: string;
  payment_intent: string;
  reason: string;
  status: 'warning_needs_response' | 'needs_response' | 'under_review' | 'won' | 'lost';
  metadata: Metadata;
}

export interface SimSubscriptionItem {
  id: string;
  object: 'subscription_item';
  created: number;
  current_period_start: number;
  current_period_end: number;
  metadata: Metadata;
  price: SimPrice;
  quantity: number;
  subscription: string;
}

export interface SimSubscription {
  id: string;
  object: 'subscription';
  created: number;
  start_date: number;
  billing_cycle_anchor: number;
  livemode: false;
  status: 'incomplete' | 'incomplete_expired' | 'active' | 'past_due' | 'canceled' | 'unpaid';
  customer: string;
  currency: string;
  cancel_at: number | null;
  cancel_at_period_end: boolean;
  canceled_at: number | null;
  ended_at: number | null;
  collection_method: 'charge_automatically';
  items: { object: 'list'; data: SimSubscriptionItem[]; has_more: false; url: string };
  latest_invoice: string | null;
  metadata: Metadata;
}

export interface SimInvoiceLine {
  id: string;
  object: 'line_item';
  amount: number;
  subtotal: number;
  currency: string;
  description: string | null;
  invoice: string;
  livemode: false;
  metadata: Metadata;
  parent: {
    type: 'invoice_item_details' | 'subscription_item_details';
    invoice_item_details: { invoice_item: string; proration: boolean; subscription: string } | null;
    subscription_item_details: { proration: boolean; subscription: string; subscription_item: string } | null;
  };
  period: { start: number; end: number };
  pricing: {
    type: 'price_details';
    price_details: { price: string; product: string };
    unit_amount_decimal: string;
  };
  quantity: number;
  subscription: string;
}

export interface SimInvoice {
  id: string;
  object: 'invoice';
  created: number;
  livemode: false;
  number: string;
  currency: string;
  customer: string;
  billing_reason: 'subscription_create' | 'subscription_cycle' | 'subscription_update';
  status: 'open' | 'paid' | 'void' | 'uncollectible';
  status_transitions: { finalized_at: number | null; paid_at: number | null };
  subtotal: number;
  total: number;
  amount_due: number;
  amount_paid: number;
  amount_remaining: number;
  starting_balance: number;
  ending_balance: number | null;
  attempt_count: number;
  attempted: boolean;
  next_payment_attempt: number | null;
  period_start: number;
  period_end: number;
  parent: {
    type: 'subscription_details';
    quote_details: null;
    subscription_details: { metadata: Metadata; subscription: string };
  };
  lines: { object: 'list'; data: SimInvoiceLine[]; has_more: boolean; url: string };
  hosted_invoice_url: string;
  invoice_pdf: string;
  metadata: Metadata;
}

export interface SimInvoicePayment {
  id: string;
  object: 'invoice_payment';
  created: number;
  livemode: false;
  amount_paid: number | null;
  amount_requested: number;
  currency: string;
  invoice: string;
  is_default: boolean;
  payment: { type: 'payment_intent'; payment_intent: string };
  status: 'open' | 'paid' | 'canceled';
}

export interface SimWebhookEndpoint {
  id: string;
  object: 'webhook_endpoint';
  created: number;
  url: string;
  enabled_events: string[];
  status: 'enabled' | 'disabled';
  secret: string;
}

export type SimObject =
  | SimCustomer
  | SimPrice
  | SimProduct
  | SimSession
  | SimPaymentIntent
  | SimCharge
  | SimRefund
  | SimDispute
  | SimSubscription
  | SimInvoice
  | SimInvoicePayment;

export interface SimEvent {
  id: string;
  object: 'event';
  api_version: string;
  created: number;
  /** As it was at that moment. */
  data: { object: Record<string, unknown>; previous_attributes?: Record<string, unknown> };
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: string;
}
