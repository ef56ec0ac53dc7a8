import { z } from 'zod';
import {
  amountParam,
  currencyParam,
  metadataParam,
  productDataParam,
  recurringParam,
  type Checkout,
} from './checkout';
import type { Form } from './form';
import { listOf, pageOf, pageInOrder } from './lists';
import type { Payments } from './payments';
import { invalid, readParams } from './stripe-error';
import type { SimCustomer, SimInvoice, SimPaymentIntent, SimWebhookEndpoint } from './stripe-objects';
import type { StripeWorld } from './stripe-world';
import { PRORATIONS, type Subscriptions } from './subscriptions';
import type { Webhooks } from './webhooks';

export interface StripeParts {
  readonly world: StripeWorld;
  readonly payments: Payments;
  readonly subscriptions: Subscriptions;
  readonly checkout: Checkout;
  readonly webhooks: Webhooks;
}

/** `id`: the part of the path that names the object. */
export type Handler = (params: Form, id: string) => object;

const expand = z.array(z.string()).optional();
const customerParams = z.strictObject({
  email: z.string().optional(),
  name: z.string().optional(),
  metadata: metadataParam,
  expand,
});
const portalParams = z.strictObject({
  customer: z.string(),
  return_url: z.url().optional(),
  locale: z.string().optional(),
  flow_data: z
    .strictObject({
      type: z.enum(['payment_method_update', 'subscription_cancel', 'subscription_update_confirm']),
      subscription_cancel: z.strictObject({ subscription: z.string() }).optional(),
      subscription_update_confirm: z
        .strictObject({
          subscription: z.string(),
          items: z
            .array(z.strictObject({ id: z.string(), price: z.string(), quantity: z.string().optional() }))
            .length(1),
        })
        .optional(),
      after_completion: z
        .strictObject({
          type: z.enum(['redirect', 'portal_homepage']),
          redirect: z.strictObject({ return_url: z.url() }).optional(),
        })
        .optional(),
    })
    .optional(),
});
const priceParams = z.strictObject({
  currency: currencyParam,
  unit_amount: amountParam,
  recurring: recurringParam.optional(),
  product_data: productDataParam.optional(),
  product: z.string().optional(),
  lookup_key: z.string().optional(),
  metadata: metadataParam,
});
const subscriptionParams = z.strictObject({
  cancel_at_period_end: z.enum(['true', 'false']).optional(),
  items: z
    .array(z.strictObject({ id: z.string(), price: z.string() }))
    .length(1)
    .optional(),
  proration_behavior: z.enum(PRORATIONS).default('create_prorations'),
});
const refundParams = z.strictObject({
  payment_intent: z.string(),
  amount: amountParam.optional(),
  reason: z.string().optional(),
  metadata: metadataParam,
});
const endpointParams = z.strictObject({
  url: z.url(),
  enabled_events: z.array(z.string()).min(1),
  api_version: z.string().optional(),
  description: z.string().optional(),
});

/** Of Stripe's API what a shop with checkout, subscriptions and the portal needs: `METHOD /path`, `:id` for an object's id. */
export function stripeApi(parts: StripeParts): Readonly<Record<string, Handler>> {
  return { ...customerApi(parts), ...saleApi(parts), ...moneyApi(parts), ...eventApi(parts) };
}

function customerApi({ world }: StripeParts): Record<string, Handler> {
  return {
    'POST /v1/customers': (raw) => {
      const { email, name, metadata } = readParams(customerParams, raw);
      const customer = world.customers.add<SimCustomer>({
        ...{ id: world.id('cus'), object: 'customer', created: world.now(), livemode: false },
        ...{
          email: email ?? null,
          name: name ?? null,
          balance: 0,
          currency: null,
          delinquent: false,
          metadata,
        },
      });
      world.emit('customer.created', customer);
      return customer;
    },
    'GET /v1/customers/search': ({ query }) => {
      const [, key, value] =
        /^metadata\['([^']+)'\]:'([^']*)'$/.exec(typeof query === 'string' ? query : '') ?? [];
      if (key === undefined) throw invalid('We were unable to parse your search query.', { param: 'query' });
      const found = world.customers.all().filter((one) => one.metadata[key] === value && !one.deleted);
      return {
        object: 'search_result',
        url: '/v1/customers/search',
        has_more: false,
        data: found,
        next_page: null,
      };
    },
    'GET /v1/customers/:id': (_, id) => world.customers.get(id),
    'DELETE /v1/customers/:id': (_, id) => {
      const customer = Object.assign(world.customers.get(id), { deleted: true as const });
      world.emit('customer.deleted', customer);
      return { id, object: 'customer', deleted: true };
    },
    'POST /v1/billing_portal/sessions': (raw) => {
      const params = readParams(portalParams, raw);
      world.customers.get(params.customer, 'customer');
      const confirm = params.flow_data?.subscription_update_confirm;
      if (confirm !== undefined) {
        world.subscriptions.get(confirm.subscription, 'flow_data[subscription_update_confirm][subscription]');
      }
      const id = world.id('bps');
      const query = new URLSearchParams({
        ...{ customer: params.customer, return_url: params.return_url ?? '' },
        ...(confirm ? { subscription: confirm.subscription, price: confirm.items[0]?.price ?? '' } : {}),
      });
      return {
        ...{ id, object: 'billing_portal.session', created: world.now(), livemode: false },
        ...{ customer: params.customer, return_url: params.return_url ?? null },
        url: `${world.baseUrl}/p/session/${id}?${query.toString()}`,
      };
    },
  };
}

function saleApi({ world, checkout, subscriptions }: StripeParts): Record<string, Handler> {
  return {
    'POST /v1/checkout/sessions': (raw) => checkout.create(raw),
    'GET /v1/checkout/sessions': (params) =>
      listOf('/v1/checkout/sessions', world.sessions.all(), params, [
        'customer',
        'payment_intent',
        'subscription',
        'status',
      ]),
    'GET /v1/checkout/sessions/:id': (_, id) => world.sessions.get(id),
    'POST /v1/checkout/sessions/:id/expire': (_, id) => checkout.expire(id),
    'POST /v1/prices': (raw) => {
      const params = readParams(priceParams, raw);
      if ((params.product === undefined) === (params.product_data === undefined)) {
        throw invalid('You must specify either `product` or `product_data` when creating a price.');
      }
      const product = params.product ?? (params.product_data ? checkout.addProduct(params.product_data) : '');
      const { currency, unit_amount, recurring, metadata, lookup_key = null } = params;
      return checkout.addPrice({
        ...{ currency, unit_amount, product, metadata, lookup_key },
        recurring: recurring
          ? { interval: recurring.interval, interval_count: 1, usage_type: 'licensed' }
          : null,
      });
    },
    'GET /v1/prices/:id': (_, id) => world.prices.get(id),
    'GET /v1/subscriptions': (params) =>
      listOf('/v1/subscriptions', world.subscriptions.all(), params, ['customer', 'status']),
    'GET /v1/subscriptions/:id': (_, id) => world.subscriptions.get(id),
    'POST /v1/subscriptions/:id': (raw, id) => {
      const params = readParams(subscriptionParams, raw);
      const [item] = params.items ?? [];
      if (item !== undefined) subscriptions.change(id, item.price, params.proration_behavior);
      if (params.cancel_at_period_end !== undefined) {
        subscriptions.setCancelAtPeriodEnd(id, params.cancel_at_period_end === 'true');
      }
      return world.subscriptions.get(id);
    },
    'DELETE /v1/subscriptions/:id': (_, id) => subscriptions.cancel(id),
  };
}

function moneyApi({ world, payments }: StripeParts): Record<string, Handler> {
  return {
    'GET /v1/payment_intents/:id': (params, id) => withCharge(world, world.intents.get(id), params),
    'GET /v1/charges/:id': (_, id) => world.charges.get(id),
    'POST /v1/refunds': (raw) => {
      const { payment_intent, amount, metadata } = readParams(refundParams, raw);
      return payments.refund(payment_intent, amount, metadata);
    },
    'GET /v1/refunds': (params) =>
      listOf('/v1/refunds', world.refunds.all(), params, ['payment_intent', 'charge']),
    'GET /v1/disputes': (params) =>
      listOf('/v1/disputes', world.disputes.all(), params, ['payment_intent', 'charge']),
    'GET /v1/disputes/:id': (_, id) => world.disputes.get(id),
    'GET /v1/invoices': (params) =>
      listOf('/v1/invoices', world.invoices.all(), params, ['customer', 'status']),
    'GET /v1/invoices/:id': (params, id) =>
      withPayments(world, withFirstLines(world.invoices.get(id)), params),
    'GET /v1/invoices/:id/lines': (params, id) => {
      const { lines } = world.invoices.get(id);
      return pageInOrder(lines.url, lines.data, params);
    },
    'GET /v1/invoice_payments': (params) => {
      const wanted = params['payment'];
      const intent =
        typeof wanted === 'object' && !Array.isArray(wanted) ? wanted['payment_intent'] : undefined;
      const all = world.invoicePayments
        .all()
        .filter(({ payment }) => intent === undefined || payment.payment_intent === intent);
      return listOf('/v1/invoice_payments', all, params, ['invoice', 'status']);
    },
  };
}

function eventApi({ world, webhooks }: StripeParts): Record<string, Handler> {
  return {
    'GET /v1/events': (params) => {
      const { types, type } = params;
      const wanted = Array.isArray(types) ? types : type === undefined ? undefined : [type];
      const events = world.events
        .all()
        .filter((event) => wanted === undefined || wanted.includes(event.type));
      return pageOf('/v1/events', events, params);
    },
    'GET /v1/events/:id': (_, id) => world.events.get(id),
    'POST /v1/webhook_endpoints': (raw) => {
      const { url, enabled_events } = readParams(endpointParams, raw);
      const endpoint: SimWebhookEndpoint = {
        ...{ id: world.id('we'), object: 'webhook_endpoint', created: world.now(), url, enabled_events },
        ...{ status: 'enabled', secret: world.id('whsec') },
      };
      webhooks.endpoints.push(endpoint);
      return endpoint;
    },
  };
}

function expands(params: Form, field: string): boolean {
  const { expand: asked } = params;
  return (
    Array.isArray(asked) && asked.some((path) => typeof path === 'string' && path.split('.')[0] === field)
  );
}

function withCharge(world: StripeWorld, intent: SimPaymentIntent, params: Form): object {
  if (!expands(params, 'latest_charge') || intent.latest_charge === null) return intent;
  return { ...intent, latest_charge: world.charges.get(intent.latest_charge) };
}

/** https://docs.stripe.com/api/invoices/object: an invoice carries its first lines; the rest is listed by pages. */
const FIRST_LINES = 10;

function withFirstLines(invoice: SimInvoice): SimInvoice {
  const { lines } = invoice;
  const data = lines.data.slice(0, FIRST_LINES);
  return { ...invoice, lines: { ...lines, data, has_more: lines.data.length > data.length } };
}

/** An invoice names its payments only where they are asked for. */
function withPayments(world: StripeWorld, invoice: SimInvoice, params: Form): object {
  if (!expands(params, 'payments')) return invoice;
  const data = world.invoicePayments.all().filter((payment) => payment.invoice === invoice.id);
  return { ...invoice, payments: { object: 'list', data, has_more: false, url: '/v1/invoice_payments' } };
}
