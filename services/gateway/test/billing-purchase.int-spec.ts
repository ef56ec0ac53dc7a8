import { stripeSignature as signatureHeader } from '@shotloom/vendor-simulators';
import { STRIPE_DEMO_WEBHOOK_SECRET } from '@shotloom/vendor-simulators';
import { BillingFixture } from './billing-fixture';
import { call, problem, startGateway, type TestUser } from './gateway-fixture';

jest.setTimeout(60_000);

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

const post = (body: string, signature?: string): Promise<Response> =>
  fetch(`${billing.gateway.url}/webhooks/stripe`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(signature === undefined ? {} : { 'stripe-signature': signature }),
    },
    body,
  });
const now = (): number => Math.floor(Date.now() / 1000);

describe('a pack', () => {
  it('is bought from the list to the credits', async () => {
    const plans = await billing.get('/plans', user);
    expect(plans.body).toMatchObject({
      packs: [{ id: 'credits-500', credits: 500, price: { amount: 999, currency: 'usd' } }],
      subscriptions: [{ id: 'creator', current: false }, { id: 'studio' }],
      current_plan: { id: 'standard' },
    });
    const { id, session, events } = await billing.buy(user, 'credits-500');
    const sold = billing.stripe.world.sessions.get(session);
    expect(sold.success_url).toBe(`http://video.example/billing?checkout=${id}`);
    expect(sold.cancel_url).toBe('http://video.example/billing');
    expect(new Set(await billing.deliver(events))).toEqual(new Set([200]));
    expect(await billing.available(user)).toBe(500);
    const { body } = await billing.get('', user);
    expect(body).toMatchObject({
      may_buy: true,
      is_customer: true,
      owed_credits: 0,
      subscription: null,
      invoices: {
        data: [{ kind: 'pack', credits: 500, price: { amount: 999, currency: 'usd' } }],
        next_cursor: null,
      },
    });
    expect((await billing.get(`/checkouts/${id}`, user)).body).toMatchObject({ status: 'paid' });
  });

  it('grants once for each order in which its events may come, each of them twice', async () => {
    const orders = permutations([0, 1, 2]);
    for (const order of orders) {
      const buyer = await billing.gateway.addUser();
      const { events } = await billing.buy(buyer, 'credits-500');
      const told = events.filter(({ type }) => /^(checkout|payment_intent\.succeeded|charge)/.test(type));
      expect(told).toHaveLength(3);
      const inOrder = order.flatMap((index) => told[index] ?? []);
      await billing.deliver([...inOrder, ...inOrder]);
      expect([order, await billing.available(buyer)]).toEqual([order, 500]);
      expect(await billing.payments(buyer)).toHaveLength(1);
    }
  });

  it('grants once for ten deliveries of everything at the same time', async () => {
    const { events } = await billing.buy(user, 'credits-500');
    const all = Array.from({ length: 10 }, () => events).flat();
    const answers = await Promise.all(all.map((event) => billing.stripe.deliver(event)));
    expect(answers.flat().filter((status) => status !== 200 && status !== 503)).toEqual([]);
    await billing.deliver(events);
    expect(await billing.available(user)).toBe(500);
    for (const { id, type } of events.filter(({ type }) => type === 'checkout.session.completed')) {
      expect([type, await billing.event(id)]).toEqual([
        type,
        expect.objectContaining({ state: 'processed', attempts: 1 }),
      ]);
    }
  });

  it('is not granted while it is not paid, and not where the card is declined', async () => {
    const { id, session } = await billing.open(user, 'credits-500');
    await billing.deliver(billing.happen({ do: 'decline', session }));
    expect(await billing.available(user)).toBe(0);
    await billing.deliver(billing.happen({ do: 'expire', session }));
    expect((await billing.get(`/checkouts/${id}`, user)).body).toMatchObject({ status: 'expired' });
    expect(await billing.available(user)).toBe(0);
  });
});

describe('a webhook', () => {
  it('is refused without, with a wrong and with an old signature, and nothing of it is kept', async () => {
    const { events } = await billing.buy(user, 'credits-500');
    const event = events.find(({ type }) => type === 'checkout.session.completed');
    const body = JSON.stringify(event);
    expect((await post(body)).status).toBe(403);
    expect((await post(body, signatureHeader('whsec_other', now(), body))).status).toBe(403);
    expect((await post(body, signatureHeader(STRIPE_DEMO_WEBHOOK_SECRET, now() - 301, body))).status).toBe(
      403,
    );
    const good = signatureHeader(STRIPE_DEMO_WEBHOOK_SECRET, now(), body);
    expect((await post(body.replace('complete', 'c0mplete'), good)).status).toBe(403);
    expect((await post(body, 'nonsense')).status).toBe(403);
    expect(await billing.event(event?.id ?? '')).toBeUndefined();
    expect(await billing.available(user)).toBe(0);
    expect((await post(body, good)).status).toBe(200);
    const again = await post(body, good);
    expect(await again.json()).toEqual({ outcome: 'duplicate' });
    expect(await billing.available(user)).toBe(500);
  });

  it('is refused where it is a thin event, none at all, or of the other mode', async () => {
    for (const event of [{ id: 'evt_1', object: 'v2.core.event' }, { a: 1 }, []]) {
      const body = JSON.stringify(event);
      const answer = await post(body, signatureHeader(STRIPE_DEMO_WEBHOOK_SECRET, now(), body));
      expect([event, answer.status]).toEqual([event, 422]);
    }
    const { events } = await billing.buy(user, 'credits-500');
    const live = JSON.stringify({ ...events.at(-1), livemode: true });
    expect((await post(live, signatureHeader(STRIPE_DEMO_WEBHOOK_SECRET, now(), live))).status).toBe(422);
  });

  it('believes nothing that an event says: it asks', async () => {
    const { session } = await billing.open(user, 'credits-500');
    const lie = {
      ...{ id: 'evt_lie00000001', object: 'event', api_version: null, created: now(), livemode: false },
      type: 'checkout.session.completed',
      data: {
        object: { ...billing.stripe.world.sessions.get(session), status: 'complete', payment_status: 'paid' },
      },
    };
    const body = JSON.stringify(lie);
    expect((await post(body, signatureHeader(STRIPE_DEMO_WEBHOOK_SECRET, now(), body))).status).toBe(200);
    expect(await billing.available(user)).toBe(0);
  });

  it('ignores other customers of the same Stripe account', async () => {
    const other = {
      id: 'evt_other0000001',
      object: 'event',
      api_version: null,
      created: now(),
      livemode: false,
    };
    const object = { id: 'in_other00000001', object: 'invoice', customer: 'cus_other00000001' };
    const body = JSON.stringify({ ...other, type: 'invoice.paid', data: { object } });
    const answer = await post(body, signatureHeader(STRIPE_DEMO_WEBHOOK_SECRET, now(), body));
    expect(await answer.json()).toEqual({ outcome: 'ignored' });
  });
});

describe('what was paid', () => {
  it.each([
    ['less', { amount_subtotal: 1, amount_total: 1 }],
    ['another currency', { currency: 'jpy' }],
    ['less than the page asked', { amount_total: 99_999 }],
  ])('must be what was offered: %s is refused, and seen', async (_, facts) => {
    const { session } = await billing.open(user, 'credits-500');
    const events = billing.happen({ do: 'complete', session });
    Object.assign(billing.stripe.world.sessions.get(session), facts);
    const completed = events.filter(({ type }) => type === 'checkout.session.completed');
    expect(await billing.deliver(completed)).toEqual([200]);
    expect(await billing.available(user)).toBe(0);
    const id = completed[0]?.id ?? '';
    expect(await billing.event(id)).toMatchObject({
      state: 'refused',
      error: expect.stringContaining(session) as string,
    });
    const { items } = await billing.parts.events.listWrong({ limit: 100 });
    expect(items.map((item) => item.id)).toContain(id);
  });

  it('is not granted to another tenant whose order the session names', async () => {
    const thief = await billing.gateway.addUser();
    const theirs = await billing.open(thief, 'credits-500');
    const { session, events } = await billing.buy(user, 'credits-500');
    billing.stripe.world.sessions.get(session).client_reference_id = theirs.id;
    await billing.deliver(events);
    expect([await billing.available(thief), await billing.available(user)]).toEqual([0, 0]);
    expect((await billing.get(`/checkouts/${theirs.id}`, user)).status).toBe(404);
  });
});

/** Whose key may do what else only a session may. */
const powerful = (): Promise<TestUser> => billing.gateway.addUser(['generate', 'read', 'admin'], 'operator');

describe('who and where', () => {
  it('lets only owners and admins of the account buy', async () => {
    const { sql } = billing.gateway.database;
    const setRole = (role: 'admin' | 'member'): Promise<unknown> =>
      sql.updateTable('identity.memberships').set({ role }).where('user_id', '=', user.userId).execute();
    await setRole('member');
    expect((await billing.post('checkout', user, { offer_id: 'credits-500' })).body).toMatchObject(
      problem(403, 'forbidden'),
    );
    expect((await billing.post('portal', user)).status).toBe(403);
    expect((await billing.get('', user)).body).toMatchObject({ may_buy: false });
    await setRole('admin');
    await billing.open(user, 'credits-500');
  });

  it.each([
    'https://evil.example/x',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    'http://video.example@evil.example',
  ])('never sends anybody to %s', async (url) => {
    for (const field of ['success_url', 'cancel_url']) {
      const answer = await billing.post('checkout', user, { offer_id: 'credits-500', [field]: url });
      expect(answer.body).toMatchObject(problem(422, 'invalid_input', [field]));
    }
    const customer = await powerful();
    await billing.buy(customer, 'credits-500');
    const portal = await billing.post('portal', customer, { return_url: url });
    expect(portal.body).toMatchObject(problem(422, 'invalid_input', ['return_url']));
  });

  it('opens the portal to who is signed in, and to no key of a program', async () => {
    const { events } = await billing.buy(user, 'creator');
    await billing.deliver(events);
    expect((await billing.post('portal', user)).body).toMatchObject(problem(403, 'forbidden'));
    const change = await billing.post('checkout', user, { offer_id: 'studio' });
    expect(change.body).toMatchObject(problem(403, 'forbidden'));
    const customer = await powerful();
    await billing.buy(customer, 'credits-500');
    expect((await billing.post('portal', customer)).status).toBe(201);
  });

  it('gives the same page for the same key, and refuses another order under it', async () => {
    const first = await billing.post('checkout', user, { offer_id: 'credits-500' }, 'key-1');
    const second = await billing.post('checkout', user, { offer_id: 'credits-500' }, 'key-1');
    expect(second.body).toMatchObject({ id: first.body['id'], url: first.body['url'] });
    const other = await billing.post('checkout', user, { offer_id: 'creator' }, 'key-1');
    expect(other.body).toMatchObject(problem(409, 'conflict'));
    expect((await billing.post('checkout', user, { offer_id: 'nothing' })).status).toBe(404);
  });

  it('is off without a key of Stripe, and says so', async () => {
    const gateway = await startGateway();
    try {
      const someone = await gateway.addUser();
      for (const path of ['/api/v1/billing', '/api/v1/billing/plans']) {
        expect((await call(gateway, path, someone)).body).toMatchObject({
          ...problem(503, 'unavailable'),
          payments: 'off',
        });
      }
      expect((await call(gateway, '/webhooks/stripe', null, { json: {} })).status).toBe(503);
    } finally {
      await gateway.close();
    }
  });
});

function permutations(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
