import { invalid } from './stripe-error';
import type { Invoices, LineDraft } from './invoices';
import type { Metadata, SimInvoice, SimPrice, SimSubscription, SimSubscriptionItem } from './stripe-objects';
import type { StripeWorld } from './stripe-world';

export const PRORATIONS = ['always_invoice', 'create_prorations', 'none'] as const;
export type Proration = (typeof PRORATIONS)[number];

/** Subscriptions and the months of their lives, by the test clock. */
export class Subscriptions {
  /** What a change left to be put on the next invoice. */
  private readonly pending = new Map<string, LineDraft[]>();

  constructor(
    private readonly world: StripeWorld,
    private readonly invoices: Invoices,
  ) {}

  /** As a checkout makes it: incomplete, and active once its first invoice is paid. */
  create(customer: string, price: SimPrice, metadata: Metadata): SimSubscription {
    const { world } = this;
    const id = world.id('sub');
    const start = world.clock();
    const item: SimSubscriptionItem = {
      ...{
        id: world.id('si'),
        object: 'subscription_item',
        created: start,
        metadata: {},
        price,
        quantity: 1,
      },
      ...{ current_period_start: start, current_period_end: monthLater(start, price), subscription: id },
    };
    const subscription = world.subscriptions.add<SimSubscription>({
      ...{ id, object: 'subscription', created: start, start_date: start, billing_cycle_anchor: start },
      ...{ livemode: false, status: 'incomplete', customer, currency: price.currency, cancel_at: null },
      ...{ cancel_at_period_end: false, canceled_at: null, ended_at: null, latest_invoice: null },
      collection_method: 'charge_automatically',
      items: {
        object: 'list',
        data: [item],
        has_more: false,
        url: `/v1/subscription_items?subscription=${id}`,
      },
      metadata,
    });
    world.emit('customer.subscription.created', subscription);
    const invoice = this.invoices.issue(subscription, 'subscription_create', [fullLine(item)]);
    if (this.invoices.collect(invoice)) this.setStatus(subscription, 'active');
    return subscription;
  }

  /** Another price from now on; what is left of the period is prorated. */
  change(id: string, priceId: string, proration: Proration): SimSubscription {
    const { world } = this;
    const subscription = this.alive(id);
    const item = itemOf(subscription);
    const before = item.price;
    item.price = world.prices.get(priceId, 'items[0][price]');
    const lines = proration === 'none' ? [] : this.prorate(item, before);
    world.emit('customer.subscription.updated', subscription, { items: { data: [{ price: before }] } });
    if (proration === 'create_prorations') {
      this.pending.set(id, [...(this.pending.get(id) ?? []), ...lines]);
    } else if (lines.length > 0) {
      const invoice = this.invoices.issue(subscription, 'subscription_update', lines);
      if (!this.invoices.collect(invoice)) this.setStatus(subscription, 'past_due');
    }
    return subscription;
  }

  setCancelAtPeriodEnd(id: string, cancel: boolean): SimSubscription {
    const subscription = this.alive(id);
    const previous = { cancel_at_period_end: subscription.cancel_at_period_end };
    subscription.cancel_at_period_end = cancel;
    subscription.canceled_at = cancel ? this.world.clock() : null;
    subscription.cancel_at = cancel ? itemOf(subscription).current_period_end : null;
    this.world.emit('customer.subscription.updated', subscription, previous);
    return subscription;
  }

  cancel(id: string): SimSubscription {
    const subscription = this.alive(id);
    subscription.status = 'canceled';
    subscription.canceled_at ??= this.world.clock();
    subscription.ended_at = this.world.clock();
    this.world.emit('customer.subscription.deleted', subscription);
    return subscription;
  }

  /** Lets the test clock pass, and everything happen that is due meanwhile, in its order. */
  advance(seconds: number): void {
    const { world } = this;
    const end = world.clock() + seconds;
    for (;;) {
      const next = this.due()
        .filter(({ at }) => at <= end)
        .sort((one, other) => one.at - other.at)[0];
      if (next === undefined) break;
      world.moveClock(Math.max(0, next.at - world.clock()));
      next.work();
    }
    world.moveClock(end - world.clock());
  }

  private due(): { at: number; work: () => void }[] {
    return this.world.subscriptions
      .all()
      .filter(({ status }) => status === 'active' || status === 'past_due')
      .flatMap((subscription) => {
        const invoice = this.world.invoices.find(subscription.latest_invoice ?? '');
        const renewal = {
          at: itemOf(subscription).current_period_end,
          work: () => this.renew(subscription),
        };
        const at = invoice?.status === 'open' ? invoice.next_payment_attempt : null;
        if (invoice === undefined || at === null) return [renewal];
        return [renewal, { at, work: () => this.retry(subscription, invoice) }];
      });
  }

  private renew(subscription: SimSubscription): void {
    if (subscription.cancel_at_period_end) {
      this.cancel(subscription.id);
      return;
    }
    const item = itemOf(subscription);
    const previous = { items: { data: [{ current_period_end: item.current_period_end }] } };
    item.current_period_start = item.current_period_end;
    item.current_period_end = monthLater(item.current_period_start, item.price);
    this.world.emit('customer.subscription.updated', subscription, previous);
    const lines = [...(this.pending.get(subscription.id) ?? []), fullLine(item)];
    this.pending.delete(subscription.id);
    const invoice = this.invoices.issue(subscription, 'subscription_cycle', lines);
    this.setStatus(subscription, this.invoices.collect(invoice) ? 'active' : 'past_due');
  }

  /** Stripe tries again, four times altogether, and then ends the subscription (its default setting). */
  private retry(subscription: SimSubscription, invoice: SimInvoice): void {
    if (this.invoices.collect(invoice)) this.setStatus(subscription, 'active');
    else if (invoice.next_payment_attempt === null) this.cancel(subscription.id);
  }

  private prorate(item: SimSubscriptionItem, before: SimPrice): LineDraft[] {
    const now = this.world.clock();
    const { current_period_start: start, current_period_end: end, price } = item;
    const share = (end - now) / (end - start);
    const period = { start: now, end };
    return [
      {
        ...{ amount: -Math.round(before.unit_amount * share), price: before, period, proration: true },
        description: 'Unused time',
      },
      {
        ...{ amount: Math.round(price.unit_amount * share), price, period, proration: true },
        description: 'Remaining time',
      },
    ];
  }

  private setStatus(subscription: SimSubscription, status: SimSubscription['status']): void {
    const previous = { status: subscription.status };
    if (status === subscription.status) return;
    subscription.status = status;
    this.world.emit('customer.subscription.updated', subscription, previous);
  }

  private alive(id: string): SimSubscription {
    const subscription = this.world.subscriptions.get(id);
    if (subscription.status === 'canceled') throw invalid(`The subscription ${id} has been canceled.`);
    return subscription;
  }
}

export function itemOf(subscription: SimSubscription): SimSubscriptionItem {
  const [item] = subscription.items.data;
  if (item === undefined) throw new Error(`${subscription.id} has no item.`);
  return item;
}

function fullLine({ price, current_period_start, current_period_end }: SimSubscriptionItem): LineDraft {
  const period = { start: current_period_start, end: current_period_end };
  return { amount: price.unit_amount, price, description: '1 × subscription', proration: false, period };
}

function monthLater(seconds: number, price: SimPrice): number {
  const from = new Date(seconds * 1000);
  const months = price.recurring?.interval === 'year' ? 12 : 1;
  const to = new Date(from);
  to.setUTCDate(1);
  to.setUTCMonth(to.getUTCMonth() + months);
  const last = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
  to.setUTCDate(Math.min(from.getUTCDate(), last));
  return Math.floor(to.getTime() / 1000);
}
