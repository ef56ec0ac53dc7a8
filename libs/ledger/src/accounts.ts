import { sql } from 'kysely';
import type { LedgerExecutor } from './executor';

/** Opens the accounts of one payer with a balance of zero. Idempotent; `grant` and `hold` do it too. */
export async function openLedgerAccount(
  ex: LedgerExecutor,
  { accountId }: { readonly accountId: string },
): Promise<void> {
  await sql`select ledger.open_account(${accountId}::uuid)`.execute(ex);
}
