import { sql } from 'kysely';
import type { LedgerExecutor } from './executor';

const CALLABLE = [
  'open_account(uuid)',
  'grant_credits(uuid, bigint, text, text, timestamptz)',
  'charge_back(uuid, bigint, text, text)',
  'expire_lots(integer)',
  'hold_credits(uuid, uuid, bigint, text, text, timestamptz)',
  'hold_credits(uuid, uuid, bigint, text, text, timestamptz, jsonb)',
  'hold_many(jsonb)',
  'split_hold(uuid, uuid, bigint, text)',
  'capture_hold(uuid, bigint)',
  'release_hold(uuid)',
  'resolve_many(jsonb)',
  'resolve_all(jsonb)',
] as const;

/** Lets a service's role read the ledger and call its functions, and nothing else. Run it as the schema's owner. */
export async function grantLedgerAccess(ex: LedgerExecutor, role: string): Promise<void> {
  const name = sql.id(role);
  await sql`grant usage on schema ledger to ${name}`.execute(ex);
  await sql`grant select on all tables in schema ledger to ${name}`.execute(ex);
  for (const signature of CALLABLE) {
    await sql`grant execute on function ledger.${sql.raw(signature)} to ${name}`.execute(ex);
  }
}
