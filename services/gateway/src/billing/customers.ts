import { sql as raw } from 'kysely';
import type { Database } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import type { IdentityTables } from '../identity/schema/tables';
import type { StripeApi } from './stripe-api';

/** Stripe forgets idempotency keys after a day at the earliest. */
const KEY_LASTS_MS = 20 * 3600 * 1000;

/** One customer at Stripe for each account. */
export class Customers {
  constructor(
    private readonly database: Database<IdentityTables>,
    private readonly api: StripeApi,
  ) {}

  async find(accountId: string): Promise<string | null> {
    return (await this.row(accountId))?.stripe_customer_id ?? null;
  }

  /** Whose customer it is or was; null: not ours. */
  async accountOf(customerId: string): Promise<string | null> {
    const row = await this.database.sql
      .selectFrom('identity.billing_customers')
      .select('account_id')
      .where('stripe_customer_id', '=', customerId)
      .executeTakeFirst();
    return row?.account_id ?? null;
  }

  /**
   * Makes it the first time. The row comes first and its id is the idempotency key, so that a lost answer makes no second
   * customer; once Stripe may have forgotten the key it is looked for before.
   */
  async ensure(accountId: string, email: string | null): Promise<string> {
    const row = (await this.row(accountId)) ?? (await this.add(accountId));
    if (row.stripe_customer_id !== null) return row.stripe_customer_id;
    const isOld = Date.now() - row.created_at.getTime() > KEY_LASTS_MS;
    const found = isOld ? await this.api.findCustomer(accountId) : null;
    const made =
      found ?? (await this.api.createCustomer({ email, name: row.name, accountId }, `customer:${row.id}`));
    await this.database.sql
      .updateTable('identity.billing_customers')
      .set({ stripe_customer_id: made })
      .where('id', '=', row.id)
      .where('stripe_customer_id', 'is', null)
      .execute();
    return made;
  }

  /** Stripe does not know it any more; the next purchase makes a new one. */
  async forget(customerId: string): Promise<void> {
    await this.database.sql
      .updateTable('identity.billing_customers')
      .set({ deleted_at: raw<Date>`now()` })
      .where('stripe_customer_id', '=', customerId)
      .where('deleted_at', 'is', null)
      .execute();
  }

  private row(accountId: string) {
    return this.database.sql
      .selectFrom('identity.billing_customers as customer')
      .innerJoin('identity.accounts as account', 'account.id', 'customer.account_id')
      .select(['customer.id', 'customer.stripe_customer_id', 'customer.created_at', 'account.name'])
      .where('customer.account_id', '=', accountId)
      .where('customer.deleted_at', 'is', null)
      .executeTakeFirst();
  }

  private async add(accountId: string) {
    await this.database.sql
      .insertInto('identity.billing_customers')
      .values({ id: newId(), account_id: accountId })
      .onConflict((conflict) => conflict.column('account_id').where('deleted_at', 'is', null).doNothing())
      .execute();
    const row = await this.row(accountId);
    if (row === undefined) throw new Error(`The customer of ${accountId} was deleted while it was made.`);
    return row;
  }
}
