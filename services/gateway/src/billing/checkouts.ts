import { createHash } from 'node:crypto';
import { sql as raw, type Selectable } from 'kysely';
import type Stripe from 'stripe';
import type { Principal } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { AppError, newId } from '@shotloom/kernel';
import type { Actor } from '../audit/audit-log';
import { writeAudit } from '../audit/audit-log';
import type { BillingCheckoutsTable } from '../identity/schema/billing-tables';
import { requireOwner } from '../identity/require-owner';
import type { IdentityTables } from '../identity/schema/tables';
import type { Customers } from './customers';
import type { OfferRow, Offers } from './offers';
import { returnUrl } from './return-urls';
import { isGone, type StripeApi } from './stripe-api';
import type { StripeSession } from './stripe-schemas';
import { ALIVE } from './subscriptions';

type CheckoutRow = Selectable<BillingCheckoutsTable>;

/** Stripe's longest. The page is asked for within the minute. */
const LASTS_SECONDS = 23 * 3_600;

export interface Order {
  readonly principal: Principal;
  readonly offerId: string;
  readonly successUrl: string | undefined;
  readonly cancelUrl: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly actor: Actor;
}

/** Where the customer goes on: a page to pay at, or one where a subscription is changed. */
export interface Opened {
  readonly id: string | null;
  readonly kind: 'checkout' | 'portal';
  readonly url: string;
  readonly expiresAt: Date | null;
}

/** Pages to pay at. */
export class Checkouts {
  constructor(
    private readonly database: Database<IdentityTables>,
    private readonly api: StripeApi,
    private readonly customers: Customers,
    private readonly offers: Offers,
    private readonly publicUrl: string,
  ) {}

  /** Throws `AppError` `not_found`, `invalid_input`, `conflict` (the key was used for another order), `forbidden` or `unavailable`. */
  async open(order: Order): Promise<Opened> {
    const success = returnUrl('success_url', order.successUrl, '/billing', this.publicUrl);
    const cancel = returnUrl('cancel_url', order.cancelUrl, '/billing', this.publicUrl);
    const offer = await this.withPrice(await this.offers.get(order.offerId));
    const { accountId, userId } = order.principal;
    const subscription = offer.kind === 'subscription' ? await this.aliveSubscription(accountId) : undefined;
    const email = await this.emailOf(userId);
    if (subscription !== undefined) {
      // The card that is kept pays at once, and the page leads to the whole portal: not for keys of programs.
      requireOwner(order.principal);
      return this.change(subscription, offer, accountId, cancel);
    }
    const checkout = await this.reserve(order, offer, `${success.href} ${cancel.href}`);
    if (checkout.url !== null) return toOpened(checkout, checkout.url);
    const customer = await this.customers.ensure(accountId, email);
    try {
      return await this.ask(checkout, offer, customer, success, cancel);
    } catch (error) {
      if (!isGone(error, 'customer')) throw error;
      // Somebody deleted the customer at Stripe. Its key is spent with the old one, so the retry has another.
      await this.customers.forget(customer);
      return this.ask(checkout, offer, await this.customers.ensure(accountId, email), success, cancel);
    }
  }

  /** Throws `AppError('not_found')`, also for another account's. */
  async get(accountId: string, id: string): Promise<CheckoutRow> {
    const row = await this.database.sql
      .selectFrom('identity.billing_checkouts')
      .selectAll()
      .where('id', '=', id)
      .where('account_id', '=', accountId)
      .executeTakeFirst();
    if (row === undefined) throw new AppError('not_found', `There is no checkout ${id.slice(0, 64)}.`);
    return row;
  }

  private async ask(
    checkout: CheckoutRow,
    offer: OfferRow,
    customer: string,
    success: URL,
    cancel: URL,
  ): Promise<Opened> {
    const back = new URL(success);
    back.searchParams.set('checkout', checkout.id);
    const params = sessionParams(checkout, offer, customer, back.href, cancel.href);
    const session = await this.api.createSession(params, `checkout:${checkout.id}:${customer}`);
    await this.checkOffered(checkout, session);
    const { url } = session;
    if (url === null)
      throw new AppError('unavailable', 'Stripe gave no page to pay at; try again.', { retryable: true });
    await this.database.sql
      .updateTable('identity.billing_checkouts')
      .set({ stripe_session_id: session.id, url, expires_at: new Date(session.expires_at * 1000) })
      .where('id', '=', checkout.id)
      .execute();
    return toOpened({ ...checkout, expires_at: new Date(session.expires_at * 1000) }, url);
  }

  /** A price that the operator made at Stripe may be another than the offer says: nobody pays there. */
  private async checkOffered(checkout: CheckoutRow, session: StripeSession): Promise<void> {
    const { amount_subtotal: amount, currency } = session;
    if (amount === Number(checkout.amount) && currency === checkout.currency) return;
    await this.api.expireSession(session.id);
    throw new AppError(
      'unavailable',
      `The price of ${checkout.offer_id} at Stripe is not the one that is offered here; the operator of this installation must look at it.`,
    );
  }

  /** The row before the call: its id is what the session is known by, and what makes asking again harmless. */
  private async reserve(order: Order, offer: OfferRow, urls: string): Promise<CheckoutRow> {
    const { principal, idempotencyKey, actor } = order;
    const hash = createHash('sha256').update(`${offer.id} ${urls}`).digest('hex');
    const id = newId();
    return this.database.run(async ({ sql }) => {
      const inserted = await sql
        .insertInto('identity.billing_checkouts')
        .values({
          id,
          account_id: principal.accountId,
          owner_user_id: principal.userId,
          offer_id: offer.id,
          kind: offer.kind,
          credits: offer.credits,
          amount: offer.amount,
          currency: offer.currency,
          idempotency_key: idempotencyKey ?? null,
          request_hash: hash,
          expires_at: new Date(Date.now() + LASTS_SECONDS * 1000),
        })
        .onConflict((conflict) =>
          conflict
            .columns(['owner_user_id', 'idempotency_key'])
            .where('idempotency_key', 'is not', null)
            .doNothing(),
        )
        .returningAll()
        .executeTakeFirst();
      if (inserted !== undefined) {
        const target = { type: 'checkout', id };
        const details = { offer: offer.id };
        const { accountId } = principal;
        await writeAudit(sql, { actor, action: 'billing.checkout_opened', target, accountId, details });
        return inserted;
      }
      const known = await sql
        .selectFrom('identity.billing_checkouts')
        .selectAll()
        .where('owner_user_id', '=', principal.userId)
        .where('idempotency_key', '=', idempotencyKey ?? '')
        .executeTakeFirstOrThrow();
      if (known.request_hash === hash && known.account_id === principal.accountId) return known;
      throw new AppError('conflict', 'This Idempotency-Key was used for another order; use a new one.');
    });
  }

  /** A subscription has a price of its own at Stripe from the start, so that each invoice says what it is for. */
  private async withPrice(offer: OfferRow): Promise<OfferRow> {
    if (offer.kind === 'pack' || offer.stripe_price_id !== null) return offer;
    const { id, title, currency } = offer;
    const amount = Number(offer.amount);
    const key = `price:${id}:${amount}:${currency}:${offer.credits}`;
    const priceId = await this.api.createPrice({ title, amount, currency, offerId: id }, key);
    await this.offers.keepPrice(offer, priceId);
    return { ...offer, stripe_price_id: priceId };
  }

  private async aliveSubscription(accountId: string) {
    return this.database.sql
      .selectFrom('identity.billing_subscriptions')
      .select(['stripe_subscription_id', 'stripe_item_id', 'stripe_price_id'])
      .where('account_id', '=', accountId)
      .where('status', 'in', [...ALIVE, 'unpaid', 'paused'])
      .orderBy('started_at', 'desc')
      .executeTakeFirst();
  }

  /** Not a second subscription beside the first: the customer confirms the change, and what it costs, at Stripe. */
  private async change(
    subscription: { stripe_subscription_id: string; stripe_item_id: string; stripe_price_id: string },
    offer: OfferRow,
    accountId: string,
    back: URL,
  ): Promise<Opened> {
    const price = offer.stripe_price_id;
    if (price === null || price === subscription.stripe_price_id) {
      throw new AppError('conflict', 'This is the subscription that you have already; the portal shows it.');
    }
    const customer = await this.customers.find(accountId);
    if (customer === null)
      throw new AppError('conflict', 'The subscription has no customer at Stripe any more.');
    const url = await this.api.createPortal({
      customer,
      return_url: back.href,
      flow_data: {
        type: 'subscription_update_confirm',
        subscription_update_confirm: {
          subscription: subscription.stripe_subscription_id,
          items: [{ id: subscription.stripe_item_id, price, quantity: 1 }],
        },
        after_completion: { type: 'redirect', redirect: { return_url: back.href } },
      },
    });
    return { id: null, kind: 'portal', url, expiresAt: null };
  }

  private async emailOf(userId: string): Promise<string | null> {
    const user = await this.database.sql
      .selectFrom('identity.users')
      .select('email')
      .where('id', '=', userId)
      .executeTakeFirst();
    return user?.email ?? null;
  }

  /** For a customer who came back and whose event did not. */
  async touch(id: string): Promise<boolean> {
    const row = await this.database.sql
      .updateTable('identity.billing_checkouts')
      .set({ updated_at: raw<Date>`now()` })
      .where('id', '=', id)
      .where('updated_at', '<', raw<Date>`now() - interval '2 seconds'`)
      .returning('id')
      .executeTakeFirst();
    return row !== undefined;
  }
}

function toOpened({ id, expires_at }: CheckoutRow, url: string): Opened {
  return { id, kind: 'checkout', url, expiresAt: expires_at };
}

function sessionParams(
  checkout: CheckoutRow,
  offer: OfferRow,
  customer: string,
  successUrl: string,
  cancelUrl: string,
): Stripe.Checkout.SessionCreateParams {
  const metadata = { shotloom_checkout: checkout.id, shotloom_account: checkout.account_id };
  const isPack = checkout.kind === 'pack';
  const line =
    offer.stripe_price_id !== null
      ? { price: offer.stripe_price_id }
      : {
          price_data: {
            currency: checkout.currency,
            unit_amount: Number(checkout.amount),
            product_data: { name: offer.title },
          },
        };
  return {
    mode: isPack ? 'payment' : 'subscription',
    customer,
    client_reference_id: checkout.id,
    line_items: [{ quantity: 1, ...line }],
    success_url: successUrl,
    cancel_url: cancelUrl,
    expires_at: Math.floor(checkout.created_at.getTime() / 1000) + LASTS_SECONDS,
    metadata,
    ...(isPack ? { payment_intent_data: { metadata } } : { subscription_data: { metadata } }),
  };
}
