import { sql } from 'kysely';
import { z } from 'zod';
import { checkPositiveAmount } from './amounts';
import { referenceConflict } from './conflicts';
import { readResult, type LedgerExecutor } from './executor';

const grantResult = z.object({ status: z.enum(['granted', 'already', 'mismatch']) });
const chargeBackResult = z.discriminatedUnion('status', [
  z.object({ status: z.literal('charged_back'), taken: z.int(), owed: z.int() }),
  z.object({ status: z.literal('already') }),
  z.object({ status: z.literal('mismatch') }),
]);
const expireResult = z.object({ owners: z.int(), expired: z.int() });

export interface GrantResult {
  readonly status: 'granted' | 'already';
}

/**
 * Gives credits as a lot of their own. The reference (a payment, a plan's month) is unique among grants: the same one
 * twice is one effect. What is owed is paid from it first. Throws `AppError('conflict')` when the reference was used
 * for another account or amount.
 */
export async function grant(
  ex: LedgerExecutor,
  options: {
    readonly accountId: string;
    readonly amount: number;
    readonly reference: string;
    readonly reason: string;
    readonly expiresAt?: Date | undefined;
  },
): Promise<GrantResult> {
  const { accountId, reference, reason, expiresAt } = options;
  const amount = checkPositiveAmount(options.amount);
  const statement = sql<{ result: unknown }>`
    select ledger.grant_credits(${accountId}::uuid, ${amount}::bigint, ${reference}::text, ${reason}::text,
      ${expiresAt ?? null}::timestamptz) as result`;
  const { status } = await readResult(ex, statement, grantResult);
  if (status === 'mismatch') throw referenceConflict('Grant', reference);
  return { status };
}

export type ChargeBackResult =
  | { readonly status: 'charged_back'; readonly taken: number; readonly owed: number }
  | { readonly status: 'already' };

/**
 * Takes back what was paid for with money that went back (a dispute). What is available is taken at once (`taken`);
 * the rest stays as debt, which later grants pay first (`owed`, the whole debt). Idempotent by reference.
 */
export async function chargeBack(
  ex: LedgerExecutor,
  options: {
    readonly accountId: string;
    readonly amount: number;
    readonly reference: string;
    readonly reason: string;
  },
): Promise<ChargeBackResult> {
  const { accountId, reference, reason } = options;
  const amount = checkPositiveAmount(options.amount);
  const statement = sql<{ result: unknown }>`
    select ledger.charge_back(${accountId}::uuid, ${amount}::bigint, ${reference}::text, ${reason}::text) as result`;
  const result = await readResult(ex, statement, chargeBackResult);
  if (result.status === 'mismatch') throw referenceConflict('Charge-back', reference);
  return result;
}

/**
 * Writes off expired lots, for a periodic sweep: they cannot be spent before that either. Touches at most `limit`
 * owners, so call it until `owners` is 0.
 */
export async function expireLots(
  ex: LedgerExecutor,
  { limit }: { readonly limit: number },
): Promise<{ owners: number; expired: number }> {
  const statement = sql<{ result: unknown }>`select ledger.expire_lots(${limit}::integer) as result`;
  return readResult(ex, statement, expireResult);
}
