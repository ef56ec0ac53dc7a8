import { sql as raw } from 'kysely';
import type { BillingResource, Principal } from '@shotloom/contracts';
import { decodeCursor, encodeCursor, type Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { getOwed } from '@shotloom/ledger';
import type { IdentityTables } from '../identity/schema/tables';
import type { Customers } from './customers';
import { returnUrl } from './return-urls';
import type { StripeApi } from './stripe-api';
import { isGone } from './stripe-api';
import { ALIVE } from './subscriptions';

/** What an account has bought, and who may buy for it. */
export class BillingAccounts {
  constructor(
    private readonly database: Database<IdentityTables>,
    private readonly api: StripeApi,
    private readonly customers: Customers,
    private readonly publicUrl: string,
  ) {}

  async mayBuy({ accountId, userId }: Principal): Promise<boolean> {
    const member = await this.database.sql
      .selectFrom('identity.memberships')
      .select('role')
      .where('account_id', '=', accountId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return member !== undefined && member.role !== 'member';
  }

  /** Throws `AppError('forbidden')`. */
  async requireBuyer(principal: Principal): Promise<void> {
    if (await this.mayBuy(principal)) return;
    throw new AppError('forbidden', 'Only owners and admins of the account may buy; ask one of them.');
  }

  async read(
    principal: Principal,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<BillingResource> {
    const { accountId } = principal;
    const [plan, owed, customer, subscription, invoices, mayBuy] = await Promise.all([
      this.plan(accountId),
      getOwed(this.database.sql, accountId),
      this.customers.find(accountId),
      this.subscription(accountId),
      this.invoices(accountId, page),
      this.mayBuy(principal),
    ]);
    return {
      may_buy: mayBuy,
      is_customer: customer !== null,
      plan,
      owed_credits: owed,
      subscription,
      invoices,
    };
  }

  customerOf(accountId: string): Promise<string | null> {
    return this.customers.find(accountId);
  }

  plan(accountId: string): Promise<{ id: string; title: string }> {
    return this.database.sql
      .selectFrom('identity.accounts as account')
      .innerJoin('identity.plans as plan', 'plan.id', 'account.plan_id')
      .select(['plan.id', 'plan.title'])
      .where('account.id', '=', accountId)
      .executeTakeFirstOrThrow();
  }

  /** Throws `AppError('conflict')` for an account that never bought anything. */
  async portal(accountId: string, back: string | undefined): Promise<string> {
    const url = returnUrl('return_url', back, '/billing', this.publicUrl);
    const customer = await this.customers.find(accountId);
    const nothing = new AppError('conflict', 'Nothing was bought yet, so there is nothing to manage.');
    if (customer === null) throw nothing;
    try {
      return await this.api.createPortal({ customer, return_url: url.href });
    } catch (error) {
      if (!isGone(error, 'customer')) throw error;
      await this.customers.forget(customer);
      throw nothing;
    }
  }

  async subscription(accountId: string): Promise<BillingResource['subscription']> {
    const row = await this.database.sql
      .selectFrom('identity.billing_subscriptions as subscription')
      .innerJoin('identity.billing_prices as price', 'price.stripe_price_id', 'subscription.stripe_price_id')
      .innerJoin('identity.billing_offers as offer', 'offer.id', 'subscription.offer_id')
      .select(['subscription.status', 'subscription.cancel_at_period_end', 'subscription.offer_id'])
      .select(['subscription.current_period_start', 'subscription.current_period_end', 'offer.title'])
      .select(['price.credits', 'price.amount', 'price.currency'])
      .where('subscription.account_id', '=', accountId)
      .where('subscription.status', 'in', [...ALIVE, 'unpaid', 'paused'])
      .orderBy('subscription.started_at', 'desc')
      .executeTakeFirst();
    if (row === undefined) return null;
    return {
      offer_id: row.offer_id,
      title: row.title,
      status: row.status,
      cancel_at_period_end: row.cancel_at_period_end,
      current_period_start: row.current_period_start.toISOString(),
      current_period_end: row.current_period_end.toISOString(),
      credits: Number(row.credits),
      price: { amount: Number(row.amount), currency: row.currency },
    };
  }

  private async invoices(
    accountId: string,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<BillingResource['invoices']> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.database.sql
      .selectFrom('identity.billing_payments as payment')
      .innerJoin('identity.billing_offers as offer', 'offer.id', 'payment.offer_id')
      .selectAll('payment')
      .select('offer.title')
      .where('payment.account_id', '=', accountId)
      .$if(after !== undefined, (query) =>
        query.where(
          raw<boolean>`(payment.created_at, payment.id) < (${after?.createdAt}::timestamptz, ${after?.id}::uuid)`,
        ),
      )
      .orderBy('payment.created_at', 'desc')
      .orderBy('payment.id', 'desc')
      .limit(limit + 1)
      .execute();
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      data: shown.map((row) => ({
        id: row.id,
        kind: row.kind,
        title: row.title,
        price: { amount: Number(row.amount), currency: row.currency },
        credits: Number(row.credits),
        credits_taken_back: Number(row.credits_taken_back),
        amount_refunded: Number(row.amount_refunded),
        amount_disputed: Number(row.amount_disputed),
        expires_at: row.expires_at?.toISOString() ?? null,
        receipt_url: row.receipt_url,
        paid_at: row.paid_at.toISOString(),
      })),
      next_cursor: last === undefined ? null : encodeCursor({ createdAt: last.created_at, id: last.id }),
    };
  }
}
