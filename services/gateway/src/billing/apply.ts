import { sql as raw, type Selectable } from 'kysely';
import type { UnitOfWork } from '@shotloom/database';
import { isId } from '@shotloom/kernel';
import type { BillingCheckoutsTable } from '../identity/schema/billing-tables';
import type { IdentityTables } from '../identity/schema/tables';
import { creditsOfLines } from './credits-of';
import type { Facts, Money } from './facts';
import { applyPayment, findPayment, settle } from './payments';
import { BillingRefusal } from './refusal';
import type { StripeInvoice, StripeSession } from './stripe-schemas';
import { applySubscription, readPrices } from './subscriptions';

type Work = UnitOfWork<IdentityTables>;
type Tx = Work['sql'];
type CheckoutRow = Selectable<BillingCheckoutsTable>;

/** Stripe collects a renewal about an hour after its period began: the old credits last until the new ones are there. */
const GRACE_SECONDS = 3 * 3600;
/** Credits that come late, because an event did, can be spent for this long all the same. */
const LEAST_DAYS = 3;

/**
 * Writes down how things stand at Stripe, with all that follows for credits and plan. In the caller's transaction; again without effect.
 * Throws `BillingRefusal` where what was paid is not what was offered.
 */
export async function applyFacts(work: Work, accountId: string, facts: Facts): Promise<void> {
  const { sql } = work;
  const { session, invoice, subscription, money } = facts;
  if (subscription !== null) await applySubscription(work, accountId, subscription);
  if (invoice !== null) await applyInvoice(sql, accountId, invoice, money);
  if (session !== null) await applySession(sql, accountId, session, invoice === null ? money : []);
  if (session === null && invoice === null) await settleKnown(sql, accountId, money);
}

async function settleKnown(sql: Tx, accountId: string, money: readonly Money[]): Promise<void> {
  const [first] = money;
  const row = first === undefined ? undefined : await findPayment(sql, first.intentId);
  if (row?.account_id === accountId) await settle(sql, row, money);
}

async function applySession(
  sql: Tx,
  accountId: string,
  session: StripeSession,
  money: readonly Money[],
): Promise<void> {
  const checkout = await readCheckout(sql, accountId, session);
  const status = statusOf(session, money);
  if (status === 'paid' && checkout.kind === 'pack') await payPack(sql, checkout, session, money);
  await sql
    .updateTable('identity.billing_checkouts')
    .set({ stripe_session_id: session.id, status, updated_at: raw<Date>`now()` })
    .where('id', '=', checkout.id)
    .where('status', '!=', 'paid')
    .execute();
}

/** Ours, of this account, and for this session. */
async function readCheckout(sql: Tx, accountId: string, session: StripeSession): Promise<CheckoutRow> {
  const id = session.client_reference_id;
  const checkout = isId(id)
    ? await sql
        .selectFrom('identity.billing_checkouts')
        .selectAll()
        .where('id', '=', id)
        .where('account_id', '=', accountId)
        .forUpdate()
        .executeTakeFirst()
    : undefined;
  if (checkout === undefined) {
    throw new BillingRefusal(`The session ${session.id} was not made here for this customer.`);
  }
  if (checkout.stripe_session_id !== null && checkout.stripe_session_id !== session.id) {
    throw new BillingRefusal(`The session ${session.id} is not the one of the checkout ${checkout.id}.`);
  }
  return checkout;
}

function statusOf(session: StripeSession, money: readonly Money[]): CheckoutRow['status'] {
  if (session.status === 'expired') return 'expired';
  if (session.status !== 'complete') return 'open';
  if (session.payment_status === 'paid') return 'paid';
  return money.some(({ failed }) => failed) ? 'failed' : 'open';
}

async function payPack(
  sql: Tx,
  checkout: CheckoutRow,
  session: StripeSession,
  money: readonly Money[],
): Promise<void> {
  const [paid] = money;
  if (paid === undefined)
    throw new BillingRefusal(`The session ${session.id} was completed without a payment.`);
  checkOffered(checkout, session, paid);
  await applyPayment(
    sql,
    {
      reference: paid.intentId,
      accountId: checkout.account_id,
      offerId: checkout.offer_id,
      kind: 'pack',
      checkoutId: checkout.id,
      subscriptionId: null,
      amount: paid.paid,
      currency: paid.currency,
      credits: Number(checkout.credits),
      expiresAt: null,
      receiptUrl: paid.receiptUrl,
      paidAt: paid.at,
      reason: `Bought: ${checkout.offer_id}`,
    },
    money,
  );
}

/** Taxes may come on top; discounts are not offered. */
function checkOffered(checkout: CheckoutRow, session: StripeSession, paid: Money): void {
  const offered = Number(checkout.amount);
  const isOffered =
    session.currency === checkout.currency &&
    paid.currency === checkout.currency &&
    session.amount_subtotal === offered &&
    (session.total_details?.amount_discount ?? 0) === 0 &&
    paid.paid === session.amount_total &&
    paid.paid >= offered;
  if (isOffered) return;
  throw new BillingRefusal(
    `The session ${session.id} was paid with ${paid.paid} ${paid.currency}, of ${session.amount_subtotal} ${session.currency}; offered were ${offered} ${checkout.currency}.`,
  );
}

/** An invoice that is not paid yet changes nothing, and one that is no subscription's is not ours. */
async function applyInvoice(
  sql: Tx,
  accountId: string,
  invoice: StripeInvoice,
  money: readonly Money[],
): Promise<void> {
  const subscriptionId = invoice.parent?.subscription_details?.subscription;
  if (invoice.status !== 'paid' || subscriptionId === undefined) return;
  const priced = await pricedLines(sql, invoice);
  const credits = creditsOfLines(priced);
  const end = Math.max(...priced.map(({ end }) => end));
  await applyPayment(
    sql,
    {
      reference: invoice.id,
      accountId,
      offerId: priced.at(-1)?.price.offerId ?? '',
      kind: 'subscription',
      checkoutId: null,
      subscriptionId,
      amount: invoice.amount_paid,
      currency: invoice.currency,
      credits,
      expiresAt: new Date(Math.max((end + GRACE_SECONDS) * 1000, Date.now() + LEAST_DAYS * 86_400_000)),
      receiptUrl: invoice.hosted_invoice_url ?? null,
      paidAt: new Date((invoice.status_transitions.paid_at ?? invoice.created) * 1000),
      reason: credits < 0 ? 'Unused time of a subscription' : 'Subscription',
    },
    money,
  );
}

async function pricedLines(sql: Tx, invoice: StripeInvoice) {
  const lines = invoice.lines.data;
  const ids = lines.flatMap(({ pricing }) => pricing?.price_details?.price ?? []);
  const prices = await readPrices(sql, [...new Set(ids)]);
  const priced = lines.map(({ amount, currency, period, pricing }) => {
    const id = pricing?.price_details?.price;
    const price = id === undefined ? undefined : prices.get(id);
    if (price === undefined || price.currency !== currency) {
      throw new BillingRefusal(
        `The invoice ${invoice.id} has a line for ${id ?? 'no price'}, which is not sold here.`,
      );
    }
    return { amount, price, end: period.end };
  });
  if (priced.length > 0) return priced;
  throw new BillingRefusal(`The invoice ${invoice.id} has no lines.`);
}
