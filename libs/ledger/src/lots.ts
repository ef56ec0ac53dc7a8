import { sql } from 'kysely';
import type { LedgerExecutor } from './executor';

/** Credits of one grant that can still be spent. */
export interface Lot {
  readonly id: string;
  readonly remaining: number;
  readonly reason: string;
  readonly expiresAt: Date | null;
}

/** What can be spent of each grant, in the order in which it will be: soonest expiry first. At most `limit`. */
export async function listLots(
  ex: LedgerExecutor,
  accountId: string,
  { limit }: { readonly limit: number },
): Promise<Lot[]> {
  const { rows } = await sql<Lot>`
    select id, remaining::float8 as remaining, reason, expires_at as "expiresAt" from ledger.lots
    where owner_id = ${accountId}::uuid and has_rest and (expires_at is null or expires_at > clock_timestamp())
    order by expires_at nulls last, created_at, id limit ${limit}`.execute(ex);
  return rows;
}

/** What an account owes after a charge-back, which its next grants pay first. Credits, 0 or more. */
export async function getOwed(ex: LedgerExecutor, accountId: string): Promise<number> {
  const { rows } = await sql<{ owed: number }>`
    select (-balance)::float8 as owed from ledger.accounts
    where owner_id = ${accountId}::uuid and kind = 'debt'`.execute(ex);
  return Math.abs(rows[0]?.owed ?? 0);
}
