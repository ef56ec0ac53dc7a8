import { randomBytes } from 'node:crypto';
import { missing } from './stripe-error';
import type {
  SimCharge,
  SimCustomer,
  SimDispute,
  SimEvent,
  SimInvoice,
  SimInvoicePayment,
  SimObject,
  SimPaymentIntent,
  SimPrice,
  SimProduct,
  SimRefund,
  SimSession,
  SimSubscription,
} from './stripe-objects';

/** The version that the official package of the same month asks for. */
export const API_VERSION = '2026-10-28.endive';

/** Objects of one kind, oldest first. */
export class Shelf<T extends { readonly id: string }> {
  private readonly items = new Map<string, T>();

  constructor(private readonly what: string) {}

  add<I extends T>(item: I): I {
    this.items.set(item.id, item);
    return item;
  }

  /** Throws Stripe's `resource_missing`; named as a parameter it is a 400, in the path a 404. */
  get(id: string, param?: string): T {
    const item = this.items.get(id);
    if (item === undefined)
      throw param === undefined ? missing(this.what, id) : missing(this.what, id, param, 400);
    return item;
  }

  find(id: string): T | undefined {
    return this.items.get(id);
  }

  all(): T[] {
    return [...this.items.values()];
  }
}

/** Everything that this Stripe account knows. */
export class StripeWorld {
  readonly customers = new Shelf<SimCustomer>('customer');
  readonly products = new Shelf<SimProduct>('product');
  readonly prices = new Shelf<SimPrice>('price');
  readonly sessions = new Shelf<SimSession>('checkout.session');
  readonly intents = new Shelf<SimPaymentIntent>('payment_intent');
  readonly charges = new Shelf<SimCharge>('charge');
  readonly refunds = new Shelf<SimRefund>('refund');
  readonly disputes = new Shelf<SimDispute>('dispute');
  readonly subscriptions = new Shelf<SimSubscription>('subscription');
  readonly invoices = new Shelf<SimInvoice>('invoice');
  readonly invoicePayments = new Shelf<SimInvoicePayment>('invoice_payment');
  readonly events = new Shelf<SimEvent>('event');
  /** What the cards of a customer do; customers that are not in here pay. */
  readonly declining = new Set<string>();
  baseUrl = '';
  /** Told of each event, in its order. */
  onEvent: (event: SimEvent) => void = () => undefined;
  private offsetSeconds = 0;

  constructor(private readonly realNow: () => number) {}

  /** Seconds; what Stripe stamps on events and requests. */
  now(): number {
    return Math.floor(this.realNow() / 1000);
  }

  /** Seconds of the test clock, which subscriptions and invoices live by. */
  clock(): number {
    return this.now() + this.offsetSeconds;
  }

  moveClock(seconds: number): void {
    this.offsetSeconds += seconds;
  }

  id(prefix: string): string {
    return `${prefix}_${prefix === 'cs' ? 'test_' : ''}${randomBytes(12).toString('hex')}`;
  }

  emit(type: string, object: SimObject, previous?: Record<string, unknown>): SimEvent {
    const event: SimEvent = {
      id: this.id('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: this.now(),
      data: {
        object: structuredClone(object) as unknown as Record<string, unknown>,
        ...(previous === undefined ? {} : { previous_attributes: previous }),
      },
      livemode: false,
      pending_webhooks: 1,
      request: { id: this.id('req'), idempotency_key: null },
      type,
    };
    this.events.add(event);
    this.onEvent(event);
    return event;
  }
}
