import { z } from 'zod';

/**
 * What is read of Stripe's objects, in the shapes of API version 2026-10-28.endive (the types of the package `stripe` 23.1.0). Times are
 * seconds, money is in the currency's smallest unit. Words that may grow are strings.
 */
const seconds = z.int().nonnegative();
const idOf = z.union([z.string(), z.looseObject({ id: z.string() })]);
/** An object, or its id where it was not expanded: the id. */
const reference = idOf.transform((value) => (typeof value === 'string' ? value : value.id));
const metadata = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
const listOf = <S extends z.ZodType>(item: S) =>
  z.looseObject({ data: z.array(item), has_more: z.boolean() });

export const stripeCustomerSchema = z.looseObject({ id: z.string() });
export const stripePriceSchema = z.looseObject({
  id: z.string(),
  currency: z.string(),
  unit_amount: z.int().nullable(),
});
export const stripeUrlSchema = z.looseObject({ url: z.url() });

export const stripeSessionSchema = z.looseObject({
  id: z.string(),
  object: z.literal('checkout.session'),
  mode: z.string(),
  status: z.string().nullable(),
  payment_status: z.string(),
  amount_subtotal: z.int().nullable(),
  amount_total: z.int().nullable(),
  total_details: z.looseObject({ amount_discount: z.int() }).nullable(),
  currency: z.string().nullable(),
  customer: reference.nullable(),
  client_reference_id: z.string().nullable(),
  payment_intent: reference.nullable(),
  subscription: reference.nullable(),
  invoice: reference.nullable(),
  url: z.string().nullable(),
  expires_at: seconds,
});
export type StripeSession = z.output<typeof stripeSessionSchema>;

export const stripeIntentSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  currency: z.string(),
  amount_received: z.int(),
  customer: reference.nullable(),
  metadata,
  latest_charge: z
    .looseObject({
      id: z.string(),
      created: seconds,
      amount_refunded: z.int(),
      disputed: z.boolean(),
      receipt_url: z.string().nullable(),
    })
    .nullable(),
});
export type StripeIntent = z.output<typeof stripeIntentSchema>;

export const stripeDisputeSchema = z.looseObject({ id: z.string(), amount: z.int(), status: z.string() });
export type StripeDispute = z.output<typeof stripeDisputeSchema>;

/** `current_period_*` are the item's since 2025-03-31.basil. */
export const stripeSubscriptionSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  customer: reference,
  cancel_at_period_end: z.boolean(),
  cancel_at: seconds.nullable(),
  created: seconds,
  ended_at: seconds.nullable(),
  metadata,
  items: listOf(
    z.looseObject({
      id: z.string(),
      current_period_start: seconds,
      current_period_end: seconds,
      price: stripePriceSchema,
    }),
  ),
});
export type StripeSubscription = z.output<typeof stripeSubscriptionSchema>;

const lineSchema = z.looseObject({
  id: z.string(),
  amount: z.int(),
  currency: z.string(),
  period: z.looseObject({ start: seconds, end: seconds }),
  pricing: z.looseObject({ price_details: z.looseObject({ price: reference }).nullish() }).nullable(),
});
/** Invoices name their first lines only. */
export const stripeLinePageSchema = listOf(lineSchema);
export type StripeInvoiceLine = z.output<typeof lineSchema>;

/** `parent` instead of `subscription`, and `payments` instead of `payment_intent`, since 2025-03-31.basil. */
export const stripeInvoiceSchema = z.looseObject({
  id: z.string(),
  status: z.string().nullable(),
  currency: z.string(),
  customer: reference.nullable(),
  amount_paid: z.int(),
  created: seconds,
  hosted_invoice_url: z.string().nullish(),
  status_transitions: z.looseObject({ paid_at: seconds.nullable() }),
  parent: z
    .looseObject({
      type: z.string(),
      subscription_details: z.looseObject({ subscription: reference }).nullish(),
    })
    .nullable(),
  lines: listOf(lineSchema),
  payments: listOf(
    z.looseObject({
      status: z.string(),
      payment: z.looseObject({ type: z.string(), payment_intent: reference.optional() }),
    }),
  ).optional(),
});
export type StripeInvoice = z.output<typeof stripeInvoiceSchema>;

export const stripeInvoicePaymentSchema = z.looseObject({ invoice: reference, status: z.string() });

/** Of an event only what it is about is taken: it shows how things stood, not how they stand. */
export const stripeEventSchema = z.looseObject({
  id: z.string().min(1).max(255),
  object: z.literal('event'),
  type: z.string().min(1).max(255),
  created: seconds,
  livemode: z.boolean(),
  api_version: z.string().nullable(),
  data: z.looseObject({
    object: z.looseObject({
      id: z.string().optional(),
      object: z.string(),
      customer: reference.nullish(),
      payment_intent: reference.nullish(),
    }),
  }),
});
export type StripeEvent = z.output<typeof stripeEventSchema>;
