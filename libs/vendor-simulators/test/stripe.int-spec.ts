import Stripe from 'stripe';
import { signatureHeader } from '../src/stripe/webhooks';
import { startStripeSimulator, STRIPE_DEMO_KEY, type StripeSimulator } from '../src';

let simulator: StripeSimulator;
let stripe: Stripe;

const connect = (key = STRIPE_DEMO_KEY, maxNetworkRetries = 0): Stripe => {
  const { hostname, port } = new URL(simulator.url);
  return new Stripe(key, {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries,
    timeout: 5_000,
    telemetry: false,
  });
};

beforeEach(async () => {
  simulator = await startStripeSimulator();
  stripe = connect();
});
afterEach(async () => {
  expect(simulator.failures()).toEqual([]);
  await simulator.stop();
});

const order = (
  customer: string,
  mode: 'payment' | 'subscription' = 'payment',
): Stripe.Checkout.SessionCreateParams => ({
  mode,
  customer,
  client_reference_id: 'order-1',
  success_url: 'https://shop.example/done?session={CHECKOUT_SESSION_ID}',
  cancel_url: 'https://shop.example/back',
  line_items: [
    {
      quantity: 1,
      price_data: {
        currency: 'usd',
        unit_amount: 1_200,
        product_data: { name: '500 credits' },
        ...(mode === 'subscription' ? { recurring: { interval: 'month' as const } } : {}),
      },
    },
  ],
  ...(mode === 'subscription' ? { subscription_data: { metadata: { a: 'b' } } } : {}),
});

const idOf = (reference: string | { id: string } | null): string =>
  typeof reference === 'string' ? reference : (reference?.id ?? '');

it('sells something to the official package, and its page takes the money', async () => {
  const customer = await stripe.customers.create({ email: 'a@test.local', metadata: { account: '1' } });
  const session = await stripe.checkout.sessions.create(order(customer.id));
  expect(session).toMatchObject({ status: 'open', amount_total: 1_200, currency: 'usd' });
  expect(await (await fetch(session.url ?? '')).text()).toContain('SIMULATED');
  const paid = await fetch(`${session.url}/complete`, { method: 'POST', redirect: 'manual' });
  expect(paid.headers.get('location')).toBe(`https://shop.example/done?session=${session.id}`);
  const after = await stripe.checkout.sessions.retrieve(session.id);
  const intent = await stripe.paymentIntents.retrieve(idOf(after.payment_intent), {
    expand: ['latest_charge'],
  });
  expect(intent).toMatchObject({
    status: 'succeeded',
    amount_received: 1_200,
    latest_charge: { paid: true },
  });
  expect(simulator.events().map(({ type }) => type)).toEqual([
    'customer.created',
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'checkout.session.completed',
  ]);
  const found = await stripe.customers.search({ query: "metadata['account']:'1'" });
  expect(found.data.map(({ id }) => id)).toEqual([customer.id]);
});

it('gives the first answer again under the same key, also after a lost answer, and refuses other parameters', async () => {
  simulator.script({ kind: 'cut', accepted: true });
  const make = (email: string): Promise<Stripe.Customer> =>
    stripe.customers.create({ email }, { idempotencyKey: 'k' });
  const made = await make('a@test.local');
  expect((await make('a@test.local')).id).toBe(made.id);
  expect(simulator.world.customers.all()).toHaveLength(1);
  await expect(make('b@test.local')).rejects.toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
});

it('answers in Stripe’s errors', async () => {
  await expect(connect('sk_test_wrong').customers.retrieve('cus_none12345')).rejects.toBeInstanceOf(
    Stripe.errors.StripeAuthenticationError,
  );
  await expect(stripe.customers.retrieve('cus_none12345')).rejects.toMatchObject({
    code: 'resource_missing',
    statusCode: 404,
  });
  const unknown = {
    ...order('cus_none12345'),
    payment_method_types: ['card'],
  } as Stripe.Checkout.SessionCreateParams;
  await expect(stripe.checkout.sessions.create(unknown)).rejects.toMatchObject({
    code: 'parameter_unknown',
    param: 'payment_method_types',
  });
  await expect(stripe.checkout.sessions.create(order('cus_none12345'))).rejects.toMatchObject({
    param: 'customer',
  });
  await expect(stripe.paymentIntents.retrieve('pi_none123456')).rejects.toMatchObject({ statusCode: 404 });
});

it('lists by cursor in both directions, and by time', async () => {
  for (const index of [1, 2, 3]) await stripe.customers.create({ email: `${index}@test.local` });
  const all = simulator.events();
  const newest = await stripe.events.list({ limit: 2, types: ['customer.created'] });
  expect(newest).toMatchObject({ has_more: true, data: [{ id: all[2]?.id }, { id: all[1]?.id }] });
  const forward = await stripe.events.list({ limit: 2, ending_before: all[0]?.id ?? '' });
  expect(forward.data.map(({ id }) => id)).toEqual([all[2]?.id, all[1]?.id]);
  expect((await stripe.events.list({ created: { gt: simulator.world.now() + 5 } })).data).toEqual([]);
});

it('renews a subscription month by month, fails and ends it, as time passes', async () => {
  const customer = await stripe.customers.create({});
  const session = await stripe.checkout.sessions.create(order(customer.id, 'subscription'));
  simulator.run({ do: 'complete', session: session.id });
  const id = idOf((await stripe.checkout.sessions.retrieve(session.id)).subscription);
  const look = (): Promise<Stripe.Subscription> => stripe.subscriptions.retrieve(id);
  const first = await look();
  expect(first).toMatchObject({ status: 'active', metadata: { a: 'b' } });
  const start = first.items.data[0]?.current_period_end ?? 0;
  simulator.run({ do: 'advance', seconds: 32 * 86_400 });
  expect((await look()).items.data[0]).toMatchObject({ current_period_start: start });
  const { data } = await stripe.invoices.list({ customer: customer.id });
  expect(data.map(({ billing_reason, status }) => [billing_reason, status])).toEqual([
    ['subscription_cycle', 'paid'],
    ['subscription_create', 'paid'],
  ]);
  const invoice = await stripe.invoices.retrieve(data[0]?.id ?? '', { expand: ['payments'] });
  expect(invoice.parent?.subscription_details).toMatchObject({ subscription: id, metadata: { a: 'b' } });
  expect(invoice.payments?.data[0]).toMatchObject({ status: 'paid', amount_paid: 1_200 });
  simulator.run({ do: 'card', customer: customer.id, declines: true });
  simulator.run({ do: 'advance', seconds: 31 * 86_400 });
  expect((await look()).status).toBe('past_due');
  simulator.run({ do: 'advance', seconds: 12 * 86_400 });
  expect((await look()).status).toBe('canceled');
});

it('refunds and disputes', async () => {
  const session = await stripe.checkout.sessions.create(order((await stripe.customers.create({})).id));
  simulator.run({ do: 'complete', session: session.id });
  const payment_intent = idOf((await stripe.checkout.sessions.retrieve(session.id)).payment_intent);
  await stripe.refunds.create({ payment_intent, amount: 200 });
  await expect(stripe.refunds.create({ payment_intent, amount: 1_001 })).rejects.toMatchObject({
    param: 'amount',
  });
  simulator.run({ do: 'dispute', payment_intent });
  const { latest_charge } = await stripe.paymentIntents.retrieve(payment_intent, {
    expand: ['latest_charge'],
  });
  expect(latest_charge).toMatchObject({ amount_refunded: 200, disputed: true });
  const [dispute] = (await stripe.disputes.list({ payment_intent })).data;
  simulator.run({ do: 'close-dispute', dispute: dispute?.id ?? '', status: 'won' });
  expect((await stripe.disputes.retrieve(dispute?.id ?? '')).status).toBe('won');
});

it('signs events so that the official package believes them', async () => {
  const customer = await stripe.customers.create({});
  const [event] = simulator.events();
  const body = JSON.stringify(event);
  const header = signatureHeader('whsec_x', Math.floor(Date.now() / 1000), body);
  expect(stripe.webhooks.constructEvent(body, header, 'whsec_x')).toMatchObject({
    data: { object: { id: customer.id } },
  });
  expect(() => stripe.webhooks.constructEvent(body, header, 'whsec_y')).toThrow(/signature/i);
});
