import { sql as raw } from 'kysely';
import type { UnitOfWork } from '@shotloom/database';
import { PLATFORM_ACTOR, writeAudit } from '../audit/audit-log';
import type { IdentityTables } from '../identity/schema/tables';
import { tellAccountLimits } from '../limits/tell-limits';
import type { PriceMeaning } from './credits-of';
import { BillingRefusal } from './refusal';
import type { StripeSubscription } from './stripe-schemas';

type Work = UnitOfWork<IdentityTables>;
type Tx = Work['sql'];

/** With these an account has the plan; `past_due` while Stripe tries to collect, which brings no new credits. */
export const ALIVE: readonly string[] = ['active', 'trialing', 'past_due'];

/** Writes down how a subscription stands, and gives or takes its plan. In the caller's transaction. */
export async function applySubscription(
  work: Work,
  accountId: string,
  subscription: StripeSubscription,
): Promise<void> {
  const { sql } = work;
  const [item, ...more] = subscription.items.data;
  if (item === undefined || more.length > 0) {
    throw new BillingRefusal(`The subscription ${subscription.id} does not have exactly one item.`);
  }
  const price = (await readPrices(sql, [item.price.id])).get(item.price.id);
  if (price === undefined) {
    throw new BillingRefusal(
      `The subscription ${subscription.id} has the price ${item.price.id}, which is not sold here.`,
    );
  }
  if (item.price.unit_amount !== price.amount || item.price.currency !== price.currency) {
    throw new BillingRefusal(`The price ${item.price.id} at Stripe is not the one that was offered.`);
  }
  const changed = {
    offer_id: price.offerId,
    stripe_price_id: item.price.id,
    stripe_item_id: item.id,
    status: subscription.status,
    cancel_at_period_end: subscription.cancel_at_period_end || subscription.cancel_at !== null,
    current_period_start: at(item.current_period_start),
    current_period_end: at(item.current_period_end),
    ended_at: subscription.ended_at === null ? null : at(subscription.ended_at),
  };
  const facts = { account_id: accountId, started_at: at(subscription.created) };
  await sql
    .insertInto('identity.billing_subscriptions')
    .values({ stripe_subscription_id: subscription.id, ...facts, ...changed })
    .onConflict((conflict) =>
      conflict.column('stripe_subscription_id').doUpdateSet({ ...changed, updated_at: raw<Date>`now()` }),
    )
    .execute();
  await givePlan(work, accountId);
}

/** What the prices stand for that are known here. */
export async function readPrices(sql: Tx, ids: readonly string[]): Promise<Map<string, PriceMeaning>> {
  if (ids.length === 0) return new Map();
  const rows = await sql
    .selectFrom('identity.billing_prices')
    .selectAll()
    .where('stripe_price_id', 'in', [...ids])
    .execute();
  return new Map(
    rows.map(({ stripe_price_id, offer_id, credits, amount, currency }) => [
      stripe_price_id,
      { offerId: offer_id, credits: Number(credits), amount: Number(amount), currency },
    ]),
  );
}

/** The plan of the newest subscription that is alive, else the default one; an operator's own choice stays until something changes. */
async function givePlan(work: Work, accountId: string): Promise<void> {
  const { sql } = work;
  const account = await sql
    .selectFrom('identity.accounts')
    .select('plan_id')
    .where('id', '=', accountId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const all = await sql
    .selectFrom('identity.billing_subscriptions as subscription')
    .innerJoin('identity.billing_offers as offer', 'offer.id', 'subscription.offer_id')
    .select(['subscription.stripe_subscription_id as id', 'subscription.status', 'subscription.plan_given'])
    .select('offer.plan_id')
    .where('subscription.account_id', '=', accountId)
    .orderBy('subscription.started_at', 'desc')
    .limit(20)
    .execute();
  const current = all.find(({ status }) => ALIVE.includes(status));
  if (current !== undefined && current.plan_id !== null) {
    if (current.plan_given === current.plan_id) return;
    await setPlan(work, accountId, account.plan_id, current.plan_id);
    await markGiven(sql, current.id, current.plan_id);
    return;
  }
  const given = all.filter(({ plan_given }) => plan_given !== null);
  for (const { id } of given) await markGiven(sql, id, null);
  if (!given.some(({ plan_given }) => plan_given === account.plan_id)) return;
  const { id } = await sql
    .selectFrom('identity.plans')
    .select('id')
    .where('is_default', '=', true)
    .executeTakeFirstOrThrow();
  await setPlan(work, accountId, account.plan_id, id);
}

async function markGiven(sql: Tx, subscriptionId: string, planId: string | null): Promise<void> {
  await sql
    .updateTable('identity.billing_subscriptions')
    .set({ plan_given: planId })
    .where('stripe_subscription_id', '=', subscriptionId)
    .execute();
}

async function setPlan(work: Work, accountId: string, from: string, to: string): Promise<void> {
  if (from === to) return;
  const { sql } = work;
  await sql.updateTable('identity.accounts').set({ plan_id: to }).where('id', '=', accountId).execute();
  await tellAccountLimits(work, accountId);
  const target = { type: 'account', id: accountId };
  const details = { from, to };
  await writeAudit(sql, {
    actor: PLATFORM_ACTOR,
    action: 'account.plan_changed',
    target,
    accountId,
    details,
  });
}

function at(seconds: number): Date {
  return new Date(seconds * 1000);
}
