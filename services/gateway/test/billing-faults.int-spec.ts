import { BillingFixture, MONTH } from './billing-fixture';
import { problem, type TestUser } from './gateway-fixture';

jest.setTimeout(90_000);

let billing: BillingFixture;
let user: TestUser;

beforeAll(async () => {
  billing = await BillingFixture.start();
});
afterAll(() => billing.close());
beforeEach(async () => {
  user = await billing.gateway.addUser();
});
afterEach(async () => {
  billing.stripe.clearFaults();
  expect(await billing.violations()).toEqual([]);
  expect(billing.stripe.failures()).toEqual([]);
});

const sweep = (): Promise<void> => billing.parts.sweep.run();

describe('webhooks that never come', () => {
  it('are made up for: a purchase, a month, a refund', async () => {
    await billing.buy(user, 'creator');
    await sweep();
    expect([await billing.planOf(user), await billing.available(user)]).toEqual(['creator', 1_000]);
    billing.happen({ do: 'advance', seconds: MONTH });
    await sweep();
    expect(await billing.available(user)).toBe(2_000);
    const [, second] = await billing.payments(user);
    billing.happen({ do: 'refund', payment_intent: second?.payment_intents[0] ?? '' });
    await sweep();
    expect(await billing.available(user)).toBe(1_000);
  });

  it('do not matter to a customer who comes back and looks', async () => {
    const { id } = await billing.buy(user, 'credits-500');
    await billing.eventually('the checkout to be paid', async () => {
      const { body } = await billing.get(`/checkouts/${id}`, user);
      return body['status'] === 'paid';
    });
    expect(await billing.available(user)).toBe(500);
  });

  it('are found once, also by two replicas that look at the same time', async () => {
    await billing.buy(user, 'credits-500');
    await Promise.all([sweep(), sweep(), sweep()]);
    await sweep();
    expect(await billing.available(user)).toBe(500);
  });
});

describe('Stripe away', () => {
  it('is 503 for an event, which is done when it comes again', async () => {
    const { events } = await billing.buy(user, 'credits-500');
    const completed = events.filter(({ type }) => type === 'checkout.session.completed');
    billing.stripe.script({ kind: 'error', code: 'api_error', on: 'query', times: null });
    expect(await billing.deliver(completed)).toEqual([503]);
    const id = completed[0]?.id ?? '';
    expect(await billing.event(id)).toMatchObject({
      state: 'failed',
      attempts: 1,
      error: expect.any(String) as string,
    });
    expect((await billing.parts.events.listWrong({ limit: 10 })).items.map((item) => item.id)).toContain(id);
    expect(await billing.available(user)).toBe(0);
    billing.stripe.clearFaults();
    expect(await billing.deliver(completed)).toEqual([200]);
    expect(await billing.event(id)).toMatchObject({ state: 'processed' });
    expect(await billing.available(user)).toBe(500);
  });

  it('holds up no other event where one cannot be done', async () => {
    const other = await billing.gateway.addUser();
    const poison = await billing.buy(user, 'credits-500');
    const fine = await billing.buy(other, 'credits-500');
    const intent = billing.stripe.world.sessions.get(poison.session).payment_intent ?? '';
    for (const match of [poison.session, intent]) {
      billing.stripe.script({ kind: 'error', code: 'api_error', on: 'query', times: null, match });
    }
    await sweep();
    expect([await billing.available(user), await billing.available(other)]).toEqual([0, 500]);
    expect(fine.events.length).toBeGreaterThan(0);
    billing.stripe.clearFaults();
    const wrong = await billing.parts.events.listWrong({ limit: 10 });
    for (const { id } of wrong.items) await billing.parts.events.retry(id);
    expect(await billing.available(user)).toBe(500);
    expect((await billing.parts.events.listWrong({ limit: 10 })).items).toEqual([]);
  });

  it('is a clear answer within the deadline for who wants to buy', async () => {
    billing.stripe.script({ kind: 'slow', ms: 60_000, on: 'create', times: null });
    const started = performance.now();
    const answer = await billing.post('checkout', user, { offer_id: 'credits-500' });
    expect(answer.body).toMatchObject(problem(503, 'unavailable'));
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});

describe('answers that get lost', () => {
  it.each([
    ['/v1/customers', 'email'],
    ['/v1/checkout/sessions', 'client_reference_id'],
  ])('of %s make nothing twice', async (_, match) => {
    const before = {
      customers: billing.stripe.world.customers.all().length,
      sessions: billing.stripe.world.sessions.all().length,
    };
    // As often as the package tries again by itself, so that the caller has to.
    billing.stripe.script({ kind: 'cut', accepted: true, on: 'create', times: 4, match });
    const first = await billing.post('checkout', user, { offer_id: 'credits-500' }, `lost-${match}`);
    billing.stripe.clearFaults();
    const second = await billing.post('checkout', user, { offer_id: 'credits-500' }, `lost-${match}`);
    expect([first.status, second.status]).toEqual([503, 201]);
    expect(billing.stripe.world.customers.all()).toHaveLength(before.customers + 1);
    expect(billing.stripe.world.sessions.all()).toHaveLength(before.sessions + 1);
  });

  it('of many at the same time make one customer', async () => {
    const before = billing.stripe.world.customers.all().length;
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => billing.post('checkout', user, { offer_id: 'credits-500' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
    expect(billing.stripe.world.customers.all()).toHaveLength(before + 1);
  });

  it('of a customer who was deleted at Stripe: a new one is made', async () => {
    await billing.open(user, 'credits-500');
    const old = await billing.customerOf(user);
    billing.stripe.world.customers.get(old).deleted = true;
    await billing.open(user, 'credits-500');
    expect(await billing.customerOf(user)).not.toBe(old);
  });
});

it('sells nobody a price that is another at Stripe than here', async () => {
  const price = billing.stripe.run({ do: 'hold', held: true }) && 'price_other000001';
  billing.stripe.world.prices.add({
    ...{
      id: price,
      object: 'price',
      active: true,
      created: 1,
      livemode: false,
      currency: 'usd',
      unit_amount: 5,
    },
    ...{
      unit_amount_decimal: '5',
      product: 'prod_1',
      type: 'one_time',
      recurring: null,
      lookup_key: null,
      metadata: {},
    },
  });
  const facts = {
    kind: 'pack',
    title: 'Wrong',
    description: '',
    credits: 9,
    amount: 900,
    currency: 'usd',
  } as const;
  await billing.parts.offers.save({ id: 'wrong', stripePriceId: price, ...facts });
  const answer = await billing.post('checkout', user, { offer_id: 'wrong' });
  expect(answer.body).toMatchObject(problem(503, 'unavailable'));
  expect(billing.stripe.world.sessions.all().at(-1)?.status).toBe('expired');
  await billing.parts.offers.retire('wrong');
  await expect(
    billing.parts.offers.save({ id: 'other', stripePriceId: price, ...facts, credits: 1 }),
  ).rejects.toMatchObject({
    code: 'conflict',
  });
});
