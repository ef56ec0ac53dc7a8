import { sql } from 'kysely';
import { clockOnce } from '@shotloom/database';
import type { LedgerExecutor } from './executor';

/** What an account can spend and what is set aside, in credits. */
export interface Balance {
  readonly available: number;
  readonly held: number;
}

/** Expired lots do not count, written off or not. An account that was never opened has nothing. */
export async function getBalance(ex: LedgerExecutor, accountId: string): Promise<Balance> {
  const { rows } = await sql<{ available: string; held: string }>`
    select
      (coalesce((select balance from ledger.accounts where owner_id = ${accountId}::uuid and kind = 'available'), 0)
        - coalesce((select sum(remaining) from ledger.lots where owner_id = ${accountId}::uuid and has_rest
            and expires_at <= clock_timestamp()), 0))::text as available,
      coalesce((select balance from ledger.accounts where owner_id = ${accountId}::uuid and kind = 'held'), 0)::text
        as held`.execute(ex);
  const [row] = rows;
  return { available: Number(row?.available ?? 0), held: Number(row?.held ?? 0) };
}

/** As `available` of `getBalance`, of many accounts at once. */
export async function getAvailable(
  ex: LedgerExecutor,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ id: string; available: string }>`
    select owner.id, (coalesce((select balance from ledger.accounts where owner_id = owner.id and kind = 'available'), 0)
      - coalesce((select sum(remaining) from ledger.lots where owner_id = owner.id and has_rest
          and expires_at <= clock_timestamp()), 0))::text as available
    from unnest(${[...accountIds]}::uuid[]) as owner (id)`.execute(ex);
  return new Map(rows.map(({ id, available }) => [id, Number(available)]));
}

export interface OverdueHold {
  readonly holdId: string;
  readonly accountId: string;
  readonly amount: number;
  readonly reference: string;
  readonly alarmAt: Date;
}

/** Open holds past their alarm time, oldest first: something forgot to resolve them. They stay held. */
export async function listOverdueHolds(ex: LedgerExecutor, limit: number): Promise<OverdueHold[]> {
  const { rows } = await sql<Omit<OverdueHold, 'amount'> & { amount: string }>`
    select id as "holdId", owner_id as "accountId", amount::text as amount, reference, alarm_at as "alarmAt"
    from ledger.holds where state = 'open' and alarm_at <= ${clockOnce}
    order by alarm_at limit ${limit}`.execute(ex);
  return rows.map((row) => ({ ...row, amount: Number(row.amount) }));
}
