import { z } from 'zod';
import type { StripeEvent } from './stripe-schemas';

/** What an event, or the sweep, or a customer who came back is about. */
export const subjectSchema = z.object({
  kind: z.enum(['session', 'payment', 'invoice', 'subscription', 'customer']),
  /** Stripe's id; of a payment its payment intent's. */
  id: z.string(),
  /** Null where the event does not say: disputes, for example. */
  customerId: z.string().nullable(),
});
export type Subject = z.infer<typeof subjectSchema>;

/** The events to subscribe to, and what each is about. Others are answered and forgotten. */
const SUBJECT_OF: Readonly<Record<string, Subject['kind']>> = {
  'checkout.session.completed': 'session',
  'checkout.session.async_payment_succeeded': 'session',
  'checkout.session.async_payment_failed': 'session',
  'checkout.session.expired': 'session',
  'payment_intent.succeeded': 'payment',
  'invoice.paid': 'invoice',
  'invoice.payment_failed': 'invoice',
  'customer.subscription.created': 'subscription',
  'customer.subscription.updated': 'subscription',
  'customer.subscription.deleted': 'subscription',
  'customer.subscription.paused': 'subscription',
  'customer.subscription.resumed': 'subscription',
  'charge.refunded': 'payment',
  'refund.created': 'payment',
  'refund.updated': 'payment',
  'refund.failed': 'payment',
  'charge.dispute.created': 'payment',
  'charge.dispute.updated': 'payment',
  'charge.dispute.closed': 'payment',
  'charge.dispute.funds_withdrawn': 'payment',
  'charge.dispute.funds_reinstated': 'payment',
  'customer.deleted': 'customer',
};

export const HANDLED_EVENTS: readonly string[] = Object.keys(SUBJECT_OF);

/** Null: not for us, or about nothing that can be looked up (a charge without a payment intent). */
export function subjectOf({ type, data }: StripeEvent): Subject | null {
  const kind = SUBJECT_OF[type];
  const { object } = data;
  if (kind === undefined) return null;
  const customerId = object.object === 'customer' ? (object.id ?? null) : (object.customer ?? null);
  const id = kind === 'payment' && object.object !== 'payment_intent' ? object.payment_intent : object.id;
  return id === undefined || id === null ? null : { kind, id, customerId };
}
