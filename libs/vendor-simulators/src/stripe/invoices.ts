import type { Payments } from './payments';
import type { SimInvoice, SimInvoiceLine, SimPrice, SimSubscription } from './stripe-objects';
import type { StripeWorld } from './stripe-world';

export interface LineDraft {
  readonly amount: number;
  readonly price: SimPrice;
  readonly description: string;
  readonly proration: boolean;
  readonly period: { readonly start: number; readonly end: number };
}

const DAY = 86_400;
const RETRY_AFTER = 3 * DAY;

/** Invoices of subscriptions, and their collection. */
export class Invoices {
  private next = 1;

  constructor(
    private readonly world: StripeWorld,
    private readonly payments: Payments,
  ) {}

  /** Makes and finalises an invoice; what the customer has in credit pays first. It is paid when nothing is left to collect. */
  issue(
    subscription: SimSubscription,
    reason: SimInvoice['billing_reason'],
    drafts: readonly LineDraft[],
  ): SimInvoice {
    const { world } = this;
    const customer = world.customers.get(subscription.customer);
    const id = world.id('in');
    const total = drafts.reduce((sum, draft) => sum + draft.amount, 0);
    const due = Math.max(0, total + customer.balance);
    const starting = customer.balance;
    customer.balance = Math.min(0, total + customer.balance);
    const invoice = world.invoices.add<SimInvoice>({
      ...{ id, object: 'invoice', created: world.clock(), livemode: false, currency: subscription.currency },
      number: `SIM-${String(this.next++).padStart(4, '0')}`,
      customer: customer.id,
      billing_reason: reason,
      status: 'open',
      status_transitions: { finalized_at: world.clock(), paid_at: null },
      ...{ subtotal: total, total, amount_due: due, amount_paid: 0, amount_remaining: due },
      ...{ starting_balance: starting, ending_balance: customer.balance },
      ...{ attempt_count: 0, attempted: false, next_payment_attempt: null },
      // As Stripe: of the invoice, not of what its lines are for.
      ...{ period_start: world.clock(), period_end: world.clock() },
      parent: {
        type: 'subscription_details',
        quote_details: null,
        subscription_details: { metadata: { ...subscription.metadata }, subscription: subscription.id },
      },
      lines: {
        object: 'list',
        data: drafts.map((draft) => this.line(draft, id, subscription)),
        has_more: false,
        url: `/v1/invoices/${id}/lines`,
      },
      hosted_invoice_url: `${world.baseUrl}/invoices/${id}`,
      invoice_pdf: `${world.baseUrl}/invoices/${id}/pdf`,
      metadata: {},
    });
    subscription.latest_invoice = id;
    world.emit('invoice.created', invoice);
    world.emit('invoice.finalized', invoice);
    return invoice;
  }

  /** One try to collect. False where the card was declined. */
  collect(invoice: SimInvoice): boolean {
    const { world } = this;
    invoice.attempted = true;
    invoice.attempt_count += 1;
    if (invoice.amount_due === 0) return this.markPaid(invoice);
    const intent = this.payments.createIntent({
      amount: invoice.amount_due,
      currency: invoice.currency,
      customer: invoice.customer,
      metadata: {},
    });
    const declined = world.declining.has(invoice.customer);
    const payment = world.invoicePayments.add({
      ...{ id: world.id('inpay'), object: 'invoice_payment' as const, created: world.clock() },
      ...{ livemode: false as const, amount_paid: declined ? null : invoice.amount_due },
      ...{ amount_requested: invoice.amount_due, currency: invoice.currency, invoice: invoice.id },
      ...{ is_default: true, status: declined ? ('canceled' as const) : ('paid' as const) },
      payment: { type: 'payment_intent' as const, payment_intent: intent.id },
    });
    if (declined) {
      this.payments.decline(intent);
      invoice.next_payment_attempt = invoice.attempt_count < 4 ? world.clock() + RETRY_AFTER : null;
      world.emit('invoice.payment_failed', invoice);
      return false;
    }
    this.payments.succeed(intent);
    invoice.amount_paid = invoice.amount_due;
    world.emit('invoice_payment.paid', payment);
    return this.markPaid(invoice);
  }

  private markPaid(invoice: SimInvoice): true {
    invoice.status = 'paid';
    invoice.amount_remaining = 0;
    invoice.next_payment_attempt = null;
    invoice.status_transitions.paid_at = this.world.clock();
    this.world.emit('invoice.paid', invoice);
    this.world.emit('invoice.payment_succeeded', invoice);
    return true;
  }

  private line(draft: LineDraft, invoice: string, subscription: SimSubscription): SimInvoiceLine {
    const { amount, price, description, proration, period } = draft;
    const [item] = subscription.items.data;
    return {
      ...{ id: this.world.id('il'), object: 'line_item', amount, subtotal: amount, description, invoice },
      ...{ currency: price.currency, livemode: false, metadata: {}, quantity: 1, period: { ...period } },
      subscription: subscription.id,
      // Prorations are invoice items first, and come from there.
      parent: proration
        ? {
            type: 'invoice_item_details',
            invoice_item_details: {
              ...{ invoice_item: this.world.id('ii'), proration: true, subscription: subscription.id },
            },
            subscription_item_details: null,
          }
        : {
            type: 'subscription_item_details',
            invoice_item_details: null,
            subscription_item_details: {
              ...{ proration: false, subscription: subscription.id, subscription_item: item?.id ?? '' },
            },
          },
      pricing: {
        type: 'price_details',
        price_details: { price: price.id, product: price.product },
        unit_amount_decimal: price.unit_amount_decimal,
      },
    };
  }
}
