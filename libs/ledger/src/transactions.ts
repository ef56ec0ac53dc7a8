import { sql } from 'kysely';
import { decodeCursor, encodeCursor } from '@shotloom/database';
import type { LedgerExecutor } from './executor';

export type TransactionKind = 'grant' | 'hold' | 'capture' | 'release' | 'expire' | 'chargeback' | 'repay';

/** One movement, as the payer sees it. */
export interface LedgerTransaction {
  readonly id: string;
  readonly kind: TransactionKind;
  readonly amount: number;
  /** What it did to what can be spent, and to what is set aside. */
  readonly availableChange: number;
  readonly heldChange: number;
  /** What it belongs to: the job's reference where there is a hold, else the grant's or charge-back's own. */
  readonly reference: string;
  readonly holdId: string | null;
  readonly reason: string | null;
  readonly createdAt: Date;
}

/**
 * Newest first. `nextCursor` is null on the last page. Throws `AppError('invalid_input')` for a cursor that is not one.
 * Splits of a hold into its children change nothing for the payer and are left out.
 */
export async function listTransactions(
  ex: LedgerExecutor,
  accountId: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | null | undefined },
): Promise<{ items: LedgerTransaction[]; nextCursor: string | null }> {
  const after = cursor === undefined || cursor === null ? undefined : decodeCursor(cursor);
  const olderOnly =
    after === undefined
      ? sql``
      : sql`and (t.created_at, t.id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`;
  const { rows } = await sql<LedgerTransaction>`
    select t.id, t.kind, t.amount::float8 as amount,
      (case when c.kind = 'available' then t.amount when d.kind = 'available' then -t.amount else 0 end)::float8
        as "availableChange",
      (case when c.kind = 'held' then t.amount when d.kind = 'held' then -t.amount else 0 end)::float8 as "heldChange",
      coalesce(h.reference, t.reference) as reference, t.hold_id as "holdId", t.reason, t.created_at as "createdAt"
    from ledger.transfers t
    join ledger.accounts d on d.id = t.debit_account_id
    join ledger.accounts c on c.id = t.credit_account_id
    left join ledger.holds h on h.id = t.hold_id
    where t.owner_id = ${accountId}::uuid and t.kind <> 'split' ${olderOnly}
    order by t.created_at desc, t.id desc limit ${limit + 1}`.execute(ex);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? encodeCursor(last) : null };
}
