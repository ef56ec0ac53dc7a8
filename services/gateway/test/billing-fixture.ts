import { checkInvariants, getBalance } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import {
  startStripeSimulator,
  STRIPE_DEMO_KEY,
  STRIPE_DEMO_WEBHOOK_SECRET,
  type StripeCommand,
  type StripeEvent,
  type StripeSimulator,
} from '@shotloom/vendor-simulators';
import { Billing } from '../src/billing/billing';
import type { OfferInput } from '../src/billing/offers';
import { call, startGateway, type Answer, type GatewayFixture, type TestUser } from './gateway-fixture';

export const MONTH = 31 * 86_400;
export const DAY = 86_400;

const common = { description: '', currency: 'usd' } as const;
export const OFFERS: readonly OfferInput[] = [
  { kind: 'pack', id: 'credits-500', title: '500 credits', credits: 500, amount: 999, ...common },
  {
    kind: 'subscription',
    id: 'creator',
    planId: 'creator',
    title: 'Creator',
    credits: 1_000,
    amount: 1_500,
    ...common,
  },
  {
    kind: 'subscription',
    id: 'studio',
    planId: 'studio',
    title: 'Studio',
    credits: 5_000,
    amount: 6_000,
    ...common,
  },
];

/** A gateway that sells, and a simulated Stripe whose events go out only when a test says so. */
export class BillingFixture {
  private constructor(
    readonly gateway: GatewayFixture,
    readonly stripe: StripeSimulator,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<BillingFixture> {
    const stripe = await startStripeSimulator();
    const gateway = await startGateway({
      PUBLIC_URL: 'http://video.example',
      STRIPE_SECRET_KEY: STRIPE_DEMO_KEY,
      STRIPE_WEBHOOK_SECRET: STRIPE_DEMO_WEBHOOK_SECRET,
      STRIPE_API_BASE: stripe.url,
      STRIPE_TIMEOUT_MS: '1000',
      BILLING_SWEEP_SECONDS: '86400',
      ...env,
    });
    const fixture = new BillingFixture(gateway, stripe);
    stripe.run({ do: 'hold', held: true });
    stripe.run({ do: 'endpoint', url: `${gateway.url}/webhooks/stripe`, secret: STRIPE_DEMO_WEBHOOK_SECRET });
    await fixture.seed();
    return fixture;
  }

  get parts(): Billing['on'] {
    return this.gateway.app.get(Billing, { strict: false }).on;
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await this.stripe.stop();
  }

  post(path: string, user: TestUser, json: unknown = {}, key?: string): Promise<Answer> {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    return call(this.gateway, `/api/v1/billing/${path}`, user, { json, headers });
  }

  get(path: string, user: TestUser): Promise<Answer> {
    return call(this.gateway, `/api/v1/billing${path}`, user);
  }

  /** Opens a page to pay at; answers with our id and Stripe's. */
  async open(user: TestUser, offerId: string): Promise<{ id: string; session: string }> {
    const { status, body } = await this.post('checkout', user, { offer_id: offerId });
    expect([status, body['kind']]).toEqual([201, 'checkout']);
    return { id: String(body['id']), session: String(body['url']).split('/').at(-1) ?? '' };
  }

  /** Buys, without a word to the gateway; answers with the events of it, in their order. */
  async buy(
    user: TestUser,
    offerId: string,
  ): Promise<{ id: string; session: string; events: StripeEvent[] }> {
    const opened = await this.open(user, offerId);
    const events = this.happen({ do: 'complete', session: opened.session });
    return { ...opened, events };
  }

  /** The events of something that happens at Stripe. */
  happen(command: StripeCommand): StripeEvent[] {
    const before = this.stripe.events().length;
    this.stripe.run(command);
    return this.stripe.events().slice(before);
  }

  /** Delivers them one after the other, and answers with what the gateway said. */
  async deliver(events: readonly StripeEvent[]): Promise<(number | null)[]> {
    const answers: (number | null)[] = [];
    for (const event of events) answers.push(...(await this.stripe.deliver(event)));
    return answers;
  }

  async available({ accountId }: TestUser): Promise<number> {
    return (await getBalance(this.gateway.database.sql, accountId)).available;
  }

  async owed({ accountId }: TestUser): Promise<number> {
    const result = await this.gateway.database.run(({ sql }) =>
      sql
        .selectFrom('ledger.accounts' as never)
        .select('balance' as never)
        .where('owner_id' as never, '=', accountId as never)
        .where('kind' as never, '=', 'debt' as never)
        .executeTakeFirst(),
    );
    return -Number((result as { balance: string } | undefined)?.balance ?? 0) + 0;
  }

  payments({ accountId }: TestUser) {
    return this.gateway.database.sql
      .selectFrom('identity.billing_payments')
      .selectAll()
      .where('account_id', '=', accountId)
      .orderBy('created_at')
      .execute();
  }

  async planOf({ accountId }: TestUser): Promise<string> {
    const row = await this.gateway.database.sql
      .selectFrom('identity.accounts')
      .select('plan_id')
      .where('id', '=', accountId)
      .executeTakeFirstOrThrow();
    return row.plan_id;
  }

  event(id: string) {
    return this.gateway.database.sql
      .selectFrom('identity.stripe_events')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
  }

  async subscriptionOf(user: TestUser): Promise<string> {
    const row = await this.gateway.database.sql
      .selectFrom('identity.billing_subscriptions')
      .select('stripe_subscription_id as id')
      .where('account_id', '=', user.accountId)
      .orderBy('started_at', 'desc')
      .executeTakeFirstOrThrow();
    return row.id;
  }

  async customerOf({ accountId }: TestUser): Promise<string> {
    return (await this.parts.accounts.customerOf(accountId)) ?? '';
  }

  violations(): Promise<string[]> {
    return checkInvariants(this.gateway.database.sql);
  }

  eventually<T>(what: string, condition: () => Promise<T>): Promise<unknown> {
    return waitFor(condition, { what });
  }

  private async seed(): Promise<void> {
    const { sql } = this.gateway.database;
    await sql
      .insertInto('identity.plans')
      .values([
        { id: 'creator', title: 'Creator', concurrency: 20 },
        { id: 'studio', title: 'Studio', concurrency: 50 },
      ])
      .execute();
    for (const offer of OFFERS) await this.parts.offers.save(offer);
  }
}
