import * as fc from 'fast-check';
import type { StripeCommand, StripeEvent } from '@shotloom/vendor-simulators';
import { BillingFixture, DAY } from './billing-fixture';

jest.setTimeout(180_000);

let billing: BillingFixture;
beforeAll(async () => {
  billing = await BillingFixture.start();
});
afterAll(() => billing.close());

/** More of them: `BILLING_RUNS=100`. */
const RUNS = Number(process.env['BILLING_RUNS'] ?? 6);

const step = fc.oneof(
  fc.constantFrom(
    'buy',
    'refund',
    'part',
    'dispute',
    'won',
    'lost',
    'advance',
    'up',
    'down',
    'cancel',
    'decline',
    'sweep',
  ),
  fc.constant('advance'),
);

/** Random lives of a customer at Stripe, told in a random order, with events lost and events twice: in the end the books say what Stripe says. */
it('grants each payment once and keeps the ledger right, whatever happens and however it is told', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: 9 }),
      fc.array(fc.nat(1_000), { minLength: 60, maxLength: 60 }),
      async (steps, dice) => {
        const life = await Life.begin(billing, dice);
        for (const name of steps) await life.do(name);
        await life.end();
      },
    ),
    { numRuns: RUNS, endOnFailure: true },
  );
});

class Life {
  private roll = 0;
  private readonly untold: StripeEvent[] = [];

  private constructor(
    private readonly billing: BillingFixture,
    private readonly user: Awaited<ReturnType<BillingFixture['gateway']['addUser']>>,
    private readonly dice: readonly number[],
  ) {}

  static async begin(billing: BillingFixture, dice: readonly number[]): Promise<Life> {
    const life = new Life(billing, await billing.gateway.addUser(), dice);
    for (const offer of ['credits-500', 'creator']) {
      const bought = await billing.buy(life.user, offer);
      await life.tell(bought.events);
    }
    return life;
  }

  async do(name: string): Promise<void> {
    if (name === 'sweep') return this.billing.parts.sweep.run();
    if (name === 'buy') return this.tell((await this.billing.buy(this.user, 'credits-500')).events);
    if (name === 'up') await this.billing.post('checkout', this.user, { offer_id: 'studio' });
    const command = (await this.ofMoney(name)) ?? (await this.ofSubscription(name));
    if (command !== undefined) await this.tell(this.billing.happen(command));
  }

  private async ofMoney(name: string): Promise<StripeCommand | undefined> {
    const customer = await this.billing.customerOf(this.user);
    const { intents, disputes, charges } = this.billing.stripe.world;
    const mine = intents.all().filter((one) => one.customer === customer && one.status === 'succeeded');
    const payment_intent = mine[this.next() % mine.length]?.id ?? '';
    const open = disputes
      .all()
      .find((one) => one.status === 'needs_response' && mine.some(({ id }) => id === one.payment_intent));
    const charge = charges.all().find((one) => one.payment_intent === payment_intent);
    const left = charge === undefined ? 0 : charge.amount - charge.amount_refunded;
    if (name === 'dispute') return { do: 'dispute', payment_intent };
    if (name === 'refund' && left > 0) return { do: 'refund', payment_intent };
    if (name === 'part' && left > 1)
      return { do: 'refund', payment_intent, amount: 1 + (this.next() % (left - 1)) };
    const isEnd = name === 'won' || name === 'lost';
    return isEnd && open !== undefined ? { do: 'close-dispute', dispute: open.id, status: name } : undefined;
  }

  private async ofSubscription(name: string): Promise<StripeCommand | undefined> {
    const customer = await this.billing.customerOf(this.user);
    const { subscriptions, prices } = this.billing.stripe.world;
    const alive = subscriptions.all().find((one) => one.customer === customer && one.status !== 'canceled');
    if (name === 'advance') return { do: 'advance', seconds: (5 + (this.next() % 30)) * DAY };
    if (name === 'decline') return { do: 'card', customer, declines: this.next() % 2 === 0 };
    if (alive === undefined) return undefined;
    const subscription = alive.id;
    if (name === 'cancel') return { do: 'cancel', subscription, at_period_end: this.next() % 2 === 0 };
    const amount = name === 'up' ? 6_000 : name === 'down' ? 1_500 : null;
    const price = prices.all().find((one) => one.unit_amount === amount && one.recurring !== null)?.id;
    return price === undefined ? undefined : { do: 'change', subscription, price };
  }

  /** All that is left is told, what was lost is looked for; then everything must add up. */
  async end(): Promise<void> {
    const { billing, user } = this;
    await this.deliver(this.untold.splice(0));
    await billing.parts.sweep.run();
    expect(await billing.violations()).toEqual([]);
    const customer = await billing.customerOf(user);
    const payments = await billing.payments(user);
    const world = billing.stripe.world;
    const packs = world.sessions
      .all()
      .filter((one) => one.customer === customer && one.payment_status === 'paid');
    const invoices = world.invoices.all().filter((one) => one.customer === customer && one.status === 'paid');
    const expected = [
      ...packs.flatMap(({ payment_intent }) => payment_intent ?? []),
      ...invoices.map(({ id }) => id),
    ].sort();
    expect(payments.map(({ reference }) => reference).sort()).toEqual(expected);
    const books = payments.reduce(
      (sum, row) => sum + Number(row.credits) - Number(row.credits_taken_back),
      0,
    );
    expect((await billing.available(user)) - (await billing.owed(user))).toBe(books);
    for (const row of payments) {
      const charges = world.charges
        .all()
        .filter((one) => row.payment_intents.includes(one.payment_intent) && one.paid);
      expect(Number(row.amount_refunded)).toBe(charges.reduce((sum, one) => sum + one.amount_refunded, 0));
    }
    const alive = world.subscriptions
      .all()
      .find((one) => one.customer === customer && ['active', 'past_due'].includes(one.status));
    const amount = alive?.items.data[0]?.price.unit_amount;
    expect(await billing.planOf(user)).toBe(
      amount === 6_000 ? 'studio' : amount === 1_500 ? 'creator' : 'standard',
    );
  }

  /** Some at once, some later, some never. */
  private async tell(events: readonly StripeEvent[]): Promise<void> {
    for (const event of events) {
      const fate = this.next() % 4;
      if (fate === 0) continue;
      this.untold.push(event);
      if (fate === 1) this.untold.push(event);
    }
    if (this.next() % 2 === 0) await this.deliver(this.untold.splice(0, 5));
  }

  private async deliver(events: StripeEvent[]): Promise<void> {
    const shuffled = events
      .map((event) => ({ event, key: this.next() }))
      .sort((one, other) => one.key - other.key)
      .map(({ event }) => event);
    expect((await this.billing.deliver(shuffled)).filter((status) => status !== 200)).toEqual([]);
  }

  private next(): number {
    this.roll += 1;
    return (this.dice[this.roll % this.dice.length] ?? 0) + this.roll * 7;
  }
}
