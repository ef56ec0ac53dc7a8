import { sql as raw, type Selectable } from 'kysely';
import { z } from 'zod';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import type { BillingOffersTable } from '../identity/schema/billing-tables';
import type { IdentityTables } from '../identity/schema/tables';

type Tx = UnitOfWork<IdentityTables>['sql'];
export type OfferRow = Selectable<BillingOffersTable>;

const money = {
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, 'Use 1 to 40 small letters, digits and hyphens.'),
  title: z.string().min(1).max(100),
  description: z.string().max(500).default(''),
  credits: z.int().positive(),
  /** In the currency's smallest unit: 999 is 9.99 USD, and 999 JPY. */
  amount: z.int().positive().max(99_999_999),
  currency: z.string().regex(/^[a-z]{3}$/, 'Use the three-letter code of ISO 4217 in small letters.'),
  /** A price that you made at Stripe, of the same amount and currency. Made for you unless given. */
  stripePriceId: z.string().startsWith('price_').optional(),
  position: z.int().default(0),
};

/** Something to sell: a pack of credits, or a plan with credits each month. */
export const offerInputSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pack'), ...money }),
  z.strictObject({ kind: z.literal('subscription'), planId: z.string(), ...money }),
]);
export type OfferInput = z.input<typeof offerInputSchema>;

/**
 * The catalogue of what is sold. Saving again changes what is offered from now on: whoever has a page to pay at open pays what it shows,
 * and whoever has a subscription keeps its price.
 */
export class Offers {
  constructor(private readonly database: Database<IdentityTables>) {}

  /** What can be bought now, in its order. There are a handful. */
  listed(): Promise<OfferRow[]> {
    return this.database.sql
      .selectFrom('identity.billing_offers')
      .selectAll()
      .where('retired_at', 'is', null)
      .orderBy('position')
      .orderBy('id')
      .limit(200)
      .execute();
  }

  /** Throws `AppError('not_found')` for what is not sold, or not any more. */
  async get(id: string): Promise<OfferRow> {
    const row = await this.database.sql
      .selectFrom('identity.billing_offers')
      .selectAll()
      .where('id', '=', id)
      .where('retired_at', 'is', null)
      .executeTakeFirst();
    if (row !== undefined) return row;
    const reason = 'There is no such offer; GET /api/v1/billing/plans lists what is sold.';
    throw new AppError('not_found', reason, { fields: [{ field: 'offer_id', reason }] });
  }

  /** Adds or changes an offer. Throws `AppError` `invalid_input` or `conflict` for one that cannot be sold. */
  save(input: OfferInput): Promise<void> {
    const offer = offerInputSchema.parse(input);
    return this.database.run(async ({ sql }) => {
      if (offer.kind === 'subscription') await checkPlan(sql, offer.planId);
      const before = await sql
        .selectFrom('identity.billing_offers')
        .selectAll()
        .where('id', '=', offer.id)
        .forUpdate()
        .executeTakeFirst();
      if (before !== undefined && before.kind !== offer.kind) {
        throw conflict('kind', 'An offer stays what it is: give the other one a new id.');
      }
      const priceId =
        offer.stripePriceId ?? (before && isSamePrice(before, offer) ? before.stripe_price_id : null);
      const values = {
        kind: offer.kind,
        title: offer.title,
        description: offer.description,
        plan_id: offer.kind === 'subscription' ? offer.planId : null,
        credits: offer.credits,
        amount: offer.amount,
        currency: offer.currency,
        stripe_price_id: priceId,
        position: offer.position,
        retired_at: null,
      };
      if (priceId !== null) await checkPrice(sql, priceId, { ...offer, offerId: offer.id });
      await sql
        .insertInto('identity.billing_offers')
        .values({ id: offer.id, ...values })
        .onConflict((onto) => onto.column('id').doUpdateSet({ ...values, updated_at: raw<Date>`now()` }))
        .execute();
      if (priceId !== null) await bindPrice(sql, priceId, { ...offer, offerId: offer.id });
    });
  }

  /** Nobody can buy it any more; who has it keeps it. */
  async retire(id: string): Promise<void> {
    await this.database.sql
      .updateTable('identity.billing_offers')
      .set({ retired_at: raw<Date>`now()`, updated_at: raw<Date>`now()` })
      .where('id', '=', id)
      .where('retired_at', 'is', null)
      .execute();
  }

  /** Remembers the price that was made at Stripe for a subscription. */
  async keepPrice(offer: OfferRow, priceId: string): Promise<void> {
    await this.database.run(async ({ sql }) => {
      await bindPrice(sql, priceId, {
        offerId: offer.id,
        credits: Number(offer.credits),
        amount: Number(offer.amount),
        currency: offer.currency,
      });
      await sql
        .updateTable('identity.billing_offers')
        .set({ stripe_price_id: priceId })
        .where('id', '=', offer.id)
        .where('stripe_price_id', 'is', null)
        .where('amount', '=', offer.amount)
        .where('credits', '=', offer.credits)
        .where('currency', '=', offer.currency)
        .execute();
    });
  }
}

interface PriceMeaning {
  readonly offerId: string;
  readonly credits: number;
  readonly amount: number;
  readonly currency: string;
}

async function bindPrice(sql: Tx, priceId: string, meaning: PriceMeaning): Promise<void> {
  const { offerId, credits, amount, currency } = meaning;
  await sql
    .insertInto('identity.billing_prices')
    .values({ stripe_price_id: priceId, offer_id: offerId, credits, amount, currency })
    .onConflict((onto) => onto.column('stripe_price_id').doNothing())
    .execute();
  await checkPrice(sql, priceId, meaning);
}

/** A price that is known already stands for what it stood for. */
async function checkPrice(sql: Tx, priceId: string, meaning: PriceMeaning): Promise<void> {
  const bound = await sql
    .selectFrom('identity.billing_prices')
    .selectAll()
    .where('stripe_price_id', '=', priceId)
    .executeTakeFirst();
  if (bound === undefined) return;
  if (bound.offer_id === meaning.offerId && isSamePrice(bound, meaning)) return;
  throw conflict(
    'stripePriceId',
    `${priceId} stands for something else already: make a new price at Stripe.`,
  );
}

function isSamePrice(
  row: { credits: number | string; amount: number | string; currency: string },
  { credits, amount, currency }: Pick<PriceMeaning, 'credits' | 'amount' | 'currency'>,
): boolean {
  return Number(row.credits) === credits && Number(row.amount) === amount && row.currency === currency;
}

/** A plan that gives credits of its own would give them beside those that are paid for. */
async function checkPlan(sql: Tx, planId: string): Promise<void> {
  const plan = await sql
    .selectFrom('identity.plans')
    .select(['monthly_credits', 'retired_at'])
    .where('id', '=', planId)
    .executeTakeFirst();
  const reason =
    plan === undefined || plan.retired_at !== null
      ? 'There is no such plan.'
      : Number(plan.monthly_credits) > 0
        ? 'A plan that is sold must have 0 monthly credits of its own: the offer says how many are paid for.'
        : null;
  if (reason === null) return;
  throw new AppError('invalid_input', reason, { fields: [{ field: 'planId', reason }] });
}

function conflict(field: string, reason: string): AppError {
  return new AppError('conflict', reason, { fields: [{ field, reason }] });
}
