import { newId } from '@shotloom/kernel';
import { capture, hold } from '@shotloom/ledger';
import { BillingFixture, DAY, MONTH } from './billing-fixture';
import type { TestUser } from './gateway-fixture';
import { problem } from './gateway-fixture';

jest.setTimeout(60_000);

let billing: BillingFixture;
let user: TestUser;

beforeAll(async () => {
  billing = await BillingFixture.start();
});
afterAll(() => billing.close());
beforeEach(async () => {
  // Whose key may change a subscription, as a session may.
  user = await billing.gateway.addUser(['generate', 'read', 'admin'], 'operator');
});
afterEach(async () => {
  expect(await billing.violations()).toEqual([]);
  expect(billing.stripe.failures()).toEqual([]);
});

/** What happens, told to the gateway. */
async function tell(command: Parameters<BillingFixture['happen']>[0]): Promise<void> {
  expect(new Set(await billing.deliver(billing.happen(command)))).toEqual(new Set([200]));
}

async function subscribe(offerId = 'creator'): Promise<string> {
  const { events } = await billing.buy(user, offerId);
  await billing.deliver(events);
  return billing.subscriptionOf(user);
}

async function buyPack(): Promise<string> {
  const { events } = await billing.buy(user, 'credits-500');
  await billing.deliver(events);
  return (await billing.payments(user))[0]?.reference ?? '';
}

/** The user spends what there is. */
async function spend(amount: number): Promise<void> {
  const holdId = newId();
  await billing.gateway.database.run(async ({ sql }) => {
    const request = { accountId: user.accountId, amount, reference: holdId, priceVersion: 'test' };
    await hold(sql, { holdId, ...request, alarmAt: new Date(Date.now() + 60_000) });
    await capture(sql, { holdId, amount });
  });
}

describe('a subscription', () => {
  it('gives its plan, and its credits month by month with the period as their end', async () => {
    const id = await subscribe();
    expect(await billing.planOf(user)).toBe('creator');
    expect((await billing.get('', user)).body).toMatchObject({
      subscription: { offer_id: 'creator', status: 'active', credits: 1_000, cancel_at_period_end: false },
    });
    await tell({ do: 'advance', seconds: MONTH });
    await tell({ do: 'advance', seconds: MONTH });
    const payments = await billing.payments(user);
    expect(payments.map(({ credits, amount }) => [Number(credits), Number(amount)])).toEqual([
      [1_000, 1_500],
      [1_000, 1_500],
      [1_000, 1_500],
    ]);
    const [item] = billing.stripe.world.subscriptions.get(id).items.data;
    expect(payments.at(-1)?.expires_at?.getTime()).toBe(
      ((item?.current_period_end ?? 0) + 3 * 3_600) * 1_000,
    );
    expect(await billing.available(user)).toBe(3_000);
  });

  it('keeps its plan while Stripe tries to collect, without credits, and loses it in the end', async () => {
    await subscribe();
    const customer = await billing.customerOf(user);
    billing.stripe.run({ do: 'card', customer, declines: true });
    await tell({ do: 'advance', seconds: MONTH });
    expect((await billing.get('', user)).body).toMatchObject({ subscription: { status: 'past_due' } });
    expect([await billing.planOf(user), await billing.available(user)]).toEqual(['creator', 1_000]);
    billing.stripe.run({ do: 'card', customer, declines: false });
    await tell({ do: 'advance', seconds: 4 * DAY });
    expect(await billing.available(user)).toBe(2_000);
    billing.stripe.run({ do: 'card', customer, declines: true });
    await tell({ do: 'advance', seconds: 2 * MONTH });
    expect([await billing.planOf(user), await billing.available(user)]).toEqual(['standard', 2_000]);
    expect((await billing.get('', user)).body).toMatchObject({ subscription: null });
  });

  it('ends with its period where it was cancelled, and can be bought again', async () => {
    const subscription = await subscribe();
    await tell({ do: 'cancel', subscription });
    expect((await billing.get('', user)).body).toMatchObject({
      subscription: { status: 'active', cancel_at_period_end: true },
    });
    expect(await billing.planOf(user)).toBe('creator');
    await tell({ do: 'advance', seconds: MONTH });
    expect(await billing.planOf(user)).toBe('standard');
    await subscribe('studio');
    expect([await billing.planOf(user), await billing.available(user)]).toEqual(['studio', 6_000]);
  });

  it('is changed at Stripe, not bought beside; the credits of an upgrade follow the money', async () => {
    await subscribe();
    expect((await billing.post('checkout', user, { offer_id: 'creator' })).body).toMatchObject(
      problem(409, 'conflict'),
    );
    const { body } = await billing.post('checkout', user, { offer_id: 'studio' });
    expect(body).toMatchObject({ kind: 'portal', id: null });
    billing.stripe.run({ do: 'advance', seconds: 15 * DAY });
    const before = billing.stripe.events().length;
    await fetch(String(body['url']), {
      method: 'POST',
      body: new URLSearchParams({ do: 'change' }),
      redirect: 'manual',
    });
    await billing.deliver(billing.stripe.events().slice(before));
    expect(await billing.planOf(user)).toBe('studio');
    const upgrade = (await billing.payments(user)).at(-1);
    const [, lines] = billing.stripe.world.invoices
      .all()
      .filter(({ customer }) => customer === upgradeCustomer())
      .map(({ lines }) => lines.data);
    const [unused, rest] = lines ?? [];
    const expected = Math.floor(
      (1_000 * (unused?.amount ?? 0)) / 1_500 + (5_000 * (rest?.amount ?? 0)) / 6_000 + 1e-9,
    );
    expect(Number(upgrade?.credits)).toBe(expected);
    expect(expected).toBeGreaterThan(1_500);
    expect(await billing.available(user)).toBe(1_000 + expected);

    function upgradeCustomer(): string {
      return billing.stripe.world.invoices.get(upgrade?.reference ?? '').customer;
    }
  });

  it('cannot be changed up and down to make credits from nothing', async () => {
    const subscription = await subscribe();
    const creator = billing.stripe.world.subscriptions.get(subscription).items.data[0]?.price.id ?? '';
    await billing.post('checkout', user, { offer_id: 'studio' });
    const studio =
      billing.stripe.world.prices.all().find(({ unit_amount }) => unit_amount === 6_000)?.id ?? '';
    for (let round = 0; round < 3; round += 1) {
      await tell({ do: 'change', subscription, price: studio });
      await spend(await billing.available(user));
      await tell({ do: 'change', subscription, price: creator });
    }
    const paid = (await billing.payments(user)).reduce((sum, { credits }) => sum + Number(credits), 0);
    expect(paid).toBe(1_000);
    expect(await billing.available(user)).toBe(0);
    expect(await billing.owed(user)).toBe(4_000);
  });

  it('gives the credits of all the lines of a long invoice, page by page', async () => {
    const subscription = await subscribe();
    const priceOf = (amount: number) =>
      billing.stripe.world.prices.all().find(({ unit_amount }) => unit_amount === amount)?.id ?? '';
    await billing.post('checkout', user, { offer_id: 'studio' });
    // Each change up and down leaves four lines, which cancel each other out, on the invoice of the next month.
    for (let round = 0; round < 56; round += 1) {
      for (const price of [priceOf(6_000), priceOf(1_500)]) {
        billing.happen({ do: 'change', subscription, price, proration: 'create_prorations' });
      }
    }
    await tell({ do: 'advance', seconds: MONTH });
    const invoice = billing.stripe.world.invoices.all().at(-1);
    expect(invoice?.lines.data.length).toBeGreaterThan(220);
    expect((await billing.payments(user)).map(({ credits }) => Number(credits))).toEqual([1_000, 1_000]);
  });

  it('is shown as it is, whatever old event comes late', async () => {
    const { events } = await billing.buy(user, 'creator');
    await billing.deliver(events);
    const subscription = await billing.subscriptionOf(user);
    const later = billing.happen({ do: 'cancel', subscription, at_period_end: false });
    await billing.deliver(later);
    const updated = billing.stripe.events('customer.subscription.updated').at(-1);
    if (updated) await billing.deliver([{ ...updated, id: 'evt_late00000001' }]);
    expect(await billing.planOf(user)).toBe('standard');
  });

  it('leaves a plan that an operator gave alone', async () => {
    const subscription = await subscribe();
    const { sql } = billing.gateway.database;
    await sql
      .updateTable('identity.accounts')
      .set({ plan_id: 'studio' })
      .where('id', '=', user.accountId)
      .execute();
    await tell({ do: 'advance', seconds: MONTH });
    expect(await billing.planOf(user)).toBe('studio');
    await tell({ do: 'cancel', subscription, at_period_end: false });
    expect(await billing.planOf(user)).toBe('studio');
  });
});

describe('money that goes back', () => {
  it('takes credits back in its share, and all of them for all of it', async () => {
    const payment_intent = await buyPack();
    await tell({ do: 'refund', payment_intent, amount: 333 });
    expect(await billing.available(user)).toBe(500 - Math.floor((500 * 333) / 999));
    await tell({ do: 'refund', payment_intent });
    expect([await billing.available(user), await billing.owed(user)]).toEqual([0, 0]);
    expect((await billing.get('', user)).body).toMatchObject({
      invoices: { data: [{ credits: 500, credits_taken_back: 500, amount_refunded: 999 }] },
    });
  });

  it('is debt where the credits are spent, and the next purchase pays it', async () => {
    const payment_intent = await buyPack();
    await spend(400);
    await tell({ do: 'refund', payment_intent });
    expect([await billing.available(user), await billing.owed(user)]).toEqual([0, 400]);
    const { events } = await billing.buy(user, 'credits-500');
    await billing.deliver(events);
    expect([await billing.available(user), await billing.owed(user)]).toEqual([100, 0]);
  });

  it('comes back where the refund fails or the dispute is won, and stays away where it is lost', async () => {
    const payment_intent = await buyPack();
    await tell({ do: 'refund', payment_intent });
    const refund = billing.stripe.world.refunds.all().at(-1)?.id ?? '';
    await tell({ do: 'fail-refund', refund });
    expect(await billing.available(user)).toBe(500);
    await tell({ do: 'dispute', payment_intent });
    expect(await billing.available(user)).toBe(0);
    const first = billing.stripe.world.disputes.all().at(-1)?.id ?? '';
    await tell({ do: 'close-dispute', dispute: first, status: 'won' });
    expect(await billing.available(user)).toBe(500);
    await tell({ do: 'dispute', payment_intent, amount: 500 });
    const second = billing.stripe.world.disputes.all().at(-1)?.id ?? '';
    await tell({ do: 'close-dispute', dispute: second, status: 'lost' });
    expect(await billing.available(user)).toBe(500 - Math.floor((500 * 500) / 999));
  });

  it('is not taken by an inquiry', async () => {
    const payment_intent = await buyPack();
    await tell({ do: 'dispute', payment_intent, inquiry: true });
    expect(await billing.available(user)).toBe(500);
  });

  it('is known before the payment is: then the payment comes first', async () => {
    for (const offer of ['credits-500', 'creator']) {
      const buyer = await billing.gateway.addUser();
      const { events } = await billing.buy(buyer, offer);
      const payment_intent = billing.stripe.world.intents.all().at(-1)?.id ?? '';
      const back = billing.happen({ do: 'refund', payment_intent });
      await billing.deliver([...back, ...events]);
      expect([offer, await billing.available(buyer)]).toEqual([offer, 0]);
      expect(await billing.payments(buyer)).toMatchObject([
        { credits_taken_back: expect.anything() as unknown },
      ]);
    }
  });

  it('takes back the credits of one month only', async () => {
    await subscribe();
    await tell({ do: 'advance', seconds: MONTH });
    const [, second] = await billing.payments(user);
    await tell({ do: 'refund', payment_intent: second?.payment_intents[0] ?? '' });
    expect(await billing.available(user)).toBe(1_000);
  });
});
