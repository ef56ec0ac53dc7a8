import { sql } from 'kysely';
import type { LedgerExecutor } from './executor';

/** A hold as it stands. */
export interface HoldState {
  readonly holdId: string;
  readonly accountId: string;
  readonly state: 'open' | 'captured' | 'released';
  readonly amount: number;
  readonly captured: number;
  /** How it ended by its resolution, the row that makes a second end impossible; null where there is none. */
  readonly resolution: {
    readonly outcome: 'captured' | 'released';
    readonly captured: number;
    readonly returned: number;
    readonly at: Date;
  } | null;
}

/** A hold with everything that was done with it. */
export interface HoldHistory extends HoldState {
  readonly createdAt: Date;
  readonly alarmAt: Date;
  readonly lots: readonly { lotId: string; reason: string; amount: number; captured: number }[];
  readonly movements: readonly { kind: string; amount: number; at: Date }[];
}

type StateRow = Omit<HoldState, 'resolution'> & {
  outcome: 'captured' | 'released' | null;
  resolved: number;
  returned: number;
  resolvedAt: Date | null;
};

const STATE = sql`
  h.id as "holdId", h.owner_id as "accountId", h.state, h.amount::float8 as amount,
  h.captured_amount::float8 as captured, r.outcome, r.captured::float8 as resolved, r.returned::float8 as returned,
  r.created_at as "resolvedAt"`;

/** Many holds in one statement, by id. Those that are not there are missing. */
export async function readHolds(
  ex: LedgerExecutor,
  holdIds: readonly string[],
): Promise<Map<string, HoldState>> {
  const { rows } = await sql<StateRow>`
    select ${STATE} from ledger.holds h left join ledger.resolutions r on r.hold_id = h.id
    where h.id = any (${holdIds}::uuid[])`.execute(ex);
  return new Map(rows.map((row) => [row.holdId, toState(row)]));
}

/** One hold, the grants that pay for it, and its movements, oldest first. Undefined where there is none. */
export async function readHoldHistory(ex: LedgerExecutor, holdId: string): Promise<HoldHistory | undefined> {
  const { rows } = await sql<StateRow & Omit<HoldHistory, keyof HoldState>>`
    select ${STATE}, h.created_at as "createdAt", h.alarm_at as "alarmAt",
      coalesce((select jsonb_agg(jsonb_build_object('lotId', l.id, 'reason', l.reason, 'amount', hl.amount,
          'captured', hl.captured_amount) order by l.created_at, l.id)
        from ledger.hold_lots hl join ledger.lots l on l.id = hl.lot_id where hl.hold_id = h.id), '[]') as lots
    from ledger.holds h left join ledger.resolutions r on r.hold_id = h.id
    where h.id = ${holdId}::uuid`.execute(ex);
  const [row] = rows;
  if (!row) return undefined;
  const movements = await sql<HoldHistory['movements'][number]>`
    select kind, amount::float8 as amount, created_at as at from ledger.transfers
    where hold_id = ${holdId}::uuid order by created_at, id`.execute(ex);
  const { createdAt, alarmAt, lots } = row;
  return { ...toState(row), createdAt, alarmAt, lots, movements: movements.rows };
}

function toState(row: StateRow): HoldState {
  const { holdId, accountId, state, amount, captured, outcome, resolved, returned, resolvedAt } = row;
  const resolution =
    outcome === null || resolvedAt === null
      ? null
      : { outcome, captured: resolved, returned, at: resolvedAt };
  return { holdId, accountId, state, amount, captured, resolution };
}
