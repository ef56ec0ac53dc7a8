import { z } from 'zod';
import { invalid, readParams } from './stripe-error';
import type { Payments } from './payments';
import type { SimPrice, SimSession } from './stripe-objects';
import type { StripeWorld } from './stripe-world';
import type { Subscriptions } from './subscriptions';

export const metadataParam = z.record(z.string().max(40), z.string().max(500)).default({});
export const amountParam = z
  .string()
  .regex(/^\d{1,8}$/)
  .transform(Number);
export const currencyParam = z.string().regex(/^[a-z]{3}$/, 'must be a three-letter code in lower case');
const url = z.url({ protocol: /^https?$/ });

export const recurringParam = z.strictObject({
  interval: z.enum(['month', 'year']),
  interval_count: z.literal('1').optional(),
});
export const productDataParam = z.strictObject({
  name: z.string().min(1),
  description: z.string().optional(),
  metadata: metadataParam,
});
const priceData = z.strictObject({
  currency: currencyParam,
  unit_amount: amountParam,
  recurring: recurringParam.optional(),
  product: z.string().optional(),
  product_data: productDataParam.optional(),
});
const sessionParams = z.strictObject({
  mode: z.enum(['payment', 'subscription']),
  customer: z.string().optional(),
  client_reference_id: z.string().max(200).optional(),
  success_url: url,
  cancel_url: url.optional(),
  expires_at: z.string().regex(/^\d+$/).transform(Number).optional(),
  locale: z.string().optional(),
  metadata: metadataParam,
  line_items: z
    .array(
      z.strictObject({
        quantity: z.literal('1'),
        price: z.string().optional(),
        price_data: priceData.optional(),
      }),
    )
    .min(1)
    .max(1),
  payment_intent_data: z
    .strictObject({ metadata: metadataParam, description: z.string().optional() })
    .optional(),
  subscription_data: z
    .strictObject({ metadata: metadataParam, description: z.string().optional() })
    .optional(),
  automatic_tax: z.strictObject({ enabled: z.enum(['true', 'false']) }).optional(),
  expand: z.array(z.string()).optional(),
});

type SessionParams = z.output<typeof sessionParams>;
type PriceOrder = Pick<SimPrice, 'currency' | 'unit_amount' | 'product' | 'recurring'> & {
  metadata?: SimPrice['metadata'];
  lookup_key?: string | null;
};

/** Checkout sessions and the prices that they are made from. */
export class Checkout {
  private readonly orders = new Map<string, { params: SessionParams; price: SimPrice }>();

  constructor(
    private readonly world: StripeWorld,
    private readonly payments: Payments,
    private readonly subscriptions: Subscriptions,
  ) {}

  create(raw: unknown): SimSession {
    const { world } = this;
    const params = readParams(sessionParams, raw);
    if (params.customer !== undefined && world.customers.get(params.customer, 'customer').deleted) {
      throw invalid(`No such customer: '${params.customer}'`, {
        code: 'resource_missing',
        param: 'customer',
      });
    }
    const price = this.priceOf(params);
    if ((price.recurring === null) !== (params.mode === 'payment')) {
      throw invalid('You must provide prices that fit the mode of the session.', { param: 'mode' });
    }
    const id = world.id('cs');
    const session = world.sessions.add<SimSession>({
      ...{ id, object: 'checkout.session', created: world.now(), livemode: false, mode: params.mode },
      expires_at: params.expires_at ?? world.now() + 86_400,
      ...{ status: 'open', payment_status: 'unpaid', currency: price.currency },
      ...{ amount_subtotal: price.unit_amount, amount_total: price.unit_amount },
      total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
      customer: params.customer ?? null,
      client_reference_id: params.client_reference_id ?? null,
      ...{ metadata: params.metadata, payment_intent: null, subscription: null, invoice: null },
      ...{ success_url: params.success_url, cancel_url: params.cancel_url ?? null },
      ...{ url: `${world.baseUrl}/c/pay/${id}`, ui_mode: 'hosted_page' },
    });
    this.orders.set(id, { params, price });
    return session;
  }

  /** The customer pays. */
  complete(id: string): SimSession {
    const { session, params, price } = this.open(id);
    const customer = session.customer ?? this.guest(session);
    if (session.mode === 'payment') {
      const intent = this.payments.createIntent({
        ...{ amount: session.amount_total, currency: session.currency, customer },
        metadata: params.payment_intent_data?.metadata ?? {},
      });
      session.payment_intent = intent.id;
      this.payments.succeed(intent);
    } else {
      const made = this.subscriptions.create(customer, price, params.subscription_data?.metadata ?? {});
      if (made.status !== 'active') throw invalid('Your card was declined.', { code: 'card_declined' });
      session.subscription = made.id;
      session.invoice = made.latest_invoice;
    }
    Object.assign(session, { status: 'complete', payment_status: 'paid', url: null });
    this.world.emit('checkout.session.completed', session);
    return session;
  }

  /** The card is declined; the page stays open. */
  decline(id: string): SimSession {
    const { session, params } = this.open(id);
    const intent = this.payments.createIntent({
      ...{ amount: session.amount_total, currency: session.currency, customer: session.customer },
      metadata: params.payment_intent_data?.metadata ?? {},
    });
    this.payments.decline(intent);
    return session;
  }

  expire(id: string): SimSession {
    const { session } = this.open(id);
    Object.assign(session, { status: 'expired', url: null });
    this.world.emit('checkout.session.expired', session);
    return session;
  }

  addPrice(order: PriceOrder): SimPrice {
    const { world } = this;
    return world.prices.add<SimPrice>({
      ...{ id: world.id('price'), object: 'price', active: true, created: world.now(), livemode: false },
      unit_amount_decimal: `${order.unit_amount}`,
      type: order.recurring === null ? 'one_time' : 'recurring',
      lookup_key: null,
      metadata: {},
      ...order,
    });
  }

  addProduct({ name, metadata }: z.output<typeof productDataParam>): string {
    const { world } = this;
    const facts = { id: world.id('prod'), object: 'product' as const, active: true, created: world.now() };
    return world.products.add({ ...facts, livemode: false as const, name, metadata }).id;
  }

  private open(id: string): { session: SimSession; params: SessionParams; price: SimPrice } {
    const session = this.world.sessions.get(id);
    const order = this.orders.get(id);
    if (order === undefined || session.status !== 'open') {
      throw invalid(`The session ${id} is ${session.status}.`);
    }
    return { session, ...order };
  }

  private guest(session: SimSession): string {
    const { world } = this;
    session.customer = world.id('cus');
    world.customers.add({
      ...{ id: session.customer, object: 'customer', created: world.now(), livemode: false, email: null },
      ...{ name: null, balance: 0, currency: null, delinquent: false, metadata: {} },
    });
    return session.customer;
  }

  private priceOf({ line_items }: SessionParams): SimPrice {
    const [line] = line_items;
    const data = line?.price_data;
    if (line?.price !== undefined && data === undefined) {
      return this.world.prices.get(line.price, 'line_items[0][price]');
    }
    if (data === undefined || (data.product === undefined) === (data.product_data === undefined)) {
      throw invalid('You must specify either `product` or `product_data` when creating a price.', {
        param: 'line_items[0][price_data]',
      });
    }
    const product = data.product ?? (data.product_data ? this.addProduct(data.product_data) : '');
    const { currency, unit_amount, recurring } = data;
    return this.addPrice({
      ...{ currency, unit_amount, product },
      recurring: recurring
        ? { interval: recurring.interval, interval_count: 1, usage_type: 'licensed' }
        : null,
    });
  }
}
