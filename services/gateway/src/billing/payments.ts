import { sql as raw, type Selectable } from 'kysely';
import type { UnitOfWork } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import { chargeBack, grant } from '@shotloom/ledger';
import { PLATFORM_ACTOR, writeAudit } from '../audit/audit-log';
import type { BillingPaymentsTable } from '../identity/schema/billing-tables';
import type { IdentityTables } from '../identity/schema/tables';
import { creditsToTakeBack } from './credits-of';
import type { Money } from './facts';
import { BillingRefusal } from './refusal';

type Tx = UnitOfWork<IdentityTables>['sql'];
type PaymentRow = Selectable<BillingPaymentsTable>;

/** What comes back after a dispute that was won can be spent for this long at least. */
const GIVEN_BACK_DAYS = 30;
const DAY_MS = 86_400_000;

export interface Payment {
  /** The payment intent of a pack, the invoice of a subscription. */
  readonly reference: string;
  readonly accountId: string;
  readonly offerId: string;
  readonly kind: 'pack' | 'subscription';
  readonly checkoutId: string | null;
  readonly subscriptionId: string | null;
  readonly amount: number;
  readonly currency: string;
  /** Below zero: taken back. */
  readonly credits: number;
  readonly expiresAt: Date | null;
  readonly receiptUrl: string | null;
  readonly paidAt: Date;
  readonly reason: string;
}

/** Records a payment and grants its credits, once; then takes back what its money says. In the caller's transaction. */
export async function applyPayment(sql: Tx, payment: Payment, money: readonly Money[]): Promise<void> {
  const inserted = await insert(sql, payment, money);
  if (inserted) await book(sql, payment);
  const row = await sql
    .selectFrom('identity.billing_payments')
    .selectAll()
    .where('reference', '=', payment.reference)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (row.account_id !== payment.accountId) {
    throw new BillingRefusal(`The payment ${payment.reference} was made for another account.`);
  }
  await settle(sql, row, money);
}

/** The payment that a payment intent belongs to. */
export function findPayment(sql: Tx, intentId: string): Promise<PaymentRow | undefined> {
  return sql
    .selectFrom('identity.billing_payments')
    .selectAll()
    .where('payment_intents', '@>', raw<string[]>`array[${intentId}]::text[]`)
    .executeTakeFirst();
}

/** Brings the credits of a recorded payment to what its money says by now. `money` is all of it. */
export async function settle(sql: Tx, row: PaymentRow, money: readonly Money[]): Promise<void> {
  const refunded = total(money, 'refunded');
  const disputed = total(money, 'disputed');
  const before = Number(row.credits_taken_back);
  const after = creditsToTakeBack({
    credits: Number(row.credits),
    amount: Number(row.amount),
    lost: refunded + disputed,
  });
  const unchanged = Number(row.amount_refunded) === refunded && Number(row.amount_disputed) === disputed;
  if (unchanged && before === after) return;
  const adjustment = before === after ? row.adjustments : row.adjustments + 1;
  const reference = `stripe:${row.reference}:${adjustment}`;
  const common = { accountId: row.account_id, reference };
  if (after > before) {
    await chargeBack(sql, { ...common, amount: after - before, reason: 'Paid back or disputed' });
  } else if (after < before) {
    const reason = 'A refund or dispute was undone';
    await grant(sql, {
      ...common,
      amount: before - after,
      reason,
      expiresAt: givenBackUntil(row.expires_at),
    });
  }
  await sql
    .updateTable('identity.billing_payments')
    .set({
      amount_refunded: refunded,
      amount_disputed: disputed,
      credits_taken_back: after,
      adjustments: adjustment,
    })
    .where('id', '=', row.id)
    .execute();
  await audit(sql, 'billing.adjusted', row, { refunded, disputed, credits_taken_back: after });
}

async function insert(sql: Tx, payment: Payment, money: readonly Money[]): Promise<boolean> {
  const row = await sql
    .insertInto('identity.billing_payments')
    .values({
      id: newId(),
      reference: payment.reference,
      account_id: payment.accountId,
      offer_id: payment.offerId,
      kind: payment.kind,
      checkout_id: payment.checkoutId,
      stripe_subscription_id: payment.subscriptionId,
      payment_intents: money.map(({ intentId }) => intentId),
      amount: payment.amount,
      currency: payment.currency,
      credits: payment.credits,
      expires_at: payment.expiresAt,
      receipt_url: payment.receiptUrl,
      paid_at: payment.paidAt,
    })
    .onConflict((conflict) => conflict.column('reference').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

async function book(sql: Tx, payment: Payment): Promise<void> {
  const { accountId, credits, reason, expiresAt } = payment;
  const reference = `stripe:${payment.reference}`;
  if (credits > 0) {
    await grant(sql, { accountId, amount: credits, reference, reason, expiresAt: expiresAt ?? undefined });
  }
  if (credits < 0) await chargeBack(sql, { accountId, amount: -credits, reference, reason });
  const { amount, currency } = payment;
  await audit(
    sql,
    'billing.paid',
    { reference: payment.reference, account_id: accountId },
    { credits, amount, currency, offer: payment.offerId },
  );
}

function audit(
  sql: Tx,
  action: string,
  { reference, account_id }: Pick<PaymentRow, 'reference' | 'account_id'>,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  const target = { type: 'payment', id: reference };
  return writeAudit(sql, { actor: PLATFORM_ACTOR, action, target, accountId: account_id, details });
}

function total(money: readonly Money[], field: 'refunded' | 'disputed'): number {
  return money.reduce((sum, item) => sum + item[field], 0);
}

function givenBackUntil(expiresAt: Date | null): Date | undefined {
  if (expiresAt === null) return undefined;
  return new Date(Math.max(expiresAt.getTime(), Date.now() + GIVEN_BACK_DAYS * DAY_MS));
}
