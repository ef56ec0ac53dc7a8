import { sql, type QueryResult, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { checkAmount } from './amounts';
import { toBudgetItems, type HoldBudget } from './budgets';
import { referenceConflict, unknownHold } from './conflicts';
import { readResult, type LedgerExecutor } from './executor';

export interface HoldRequest {
  readonly holdId: string;
  readonly accountId: string;
  /** Zero is allowed: nothing moves, and the hold is still resolved once. */
  readonly amount: number;
  /** What it is for (the job's or story's id): one hold each. */
  readonly reference: string;
  readonly priceVersion: string;
  /** When an open hold becomes an alarm; a day after it was made unless told. It never lapses by itself. */
  readonly alarmAt?: Date | undefined;
  /** What it counts against, in full or not at all; at most four. */
  readonly budgets?: readonly HoldBudget[] | undefined;
}

export type HoldResult =
  | { readonly status: 'held' }
  | { readonly status: 'already' }
  | { readonly status: 'insufficient'; readonly available: number }
  /** The first of its budgets, in the order given, that has too little left. */
  | { readonly status: 'over_budget'; readonly key: string; readonly left: number };

const holdResult = z.discriminatedUnion('status', [
  z.object({ status: z.literal('held') }),
  z.object({ status: z.literal('already') }),
  z.object({ status: z.literal('insufficient'), available: z.int() }),
  z.object({ status: z.literal('over_budget'), key: z.string(), left: z.int() }),
  z.object({ status: z.literal('mismatch') }),
]);
const splitResult = z.discriminatedUnion('status', [
  z.object({ status: z.enum(['split', 'already', 'mismatch', 'unknown']) }),
  z.object({ status: z.literal('insufficient'), available: z.int() }),
]);

/**
 * Sets credits aside, in one round trip. Idempotent by `holdId`; budgets are not compared, since a repetition may fall
 * into another period. Throws `AppError('conflict')` when the id or the reference belongs to another hold.
 */
export async function hold(ex: LedgerExecutor, request: HoldRequest): Promise<HoldResult> {
  const { holdId, accountId, reference, priceVersion, alarmAt } = request;
  const amount = checkAmount(request.amount);
  const budgets = toBudgetItems(request.budgets);
  const statement = sql<{ result: unknown }>`
    select ledger.hold_credits(${holdId}::uuid, ${accountId}::uuid, ${amount}::bigint, ${reference}::text,
      ${priceVersion}::text, ${alarmAt ?? null}::timestamptz,
      ${budgets ? JSON.stringify(budgets) : null}::jsonb) as result`;
  return toHoldResult(await readResult(ex, statement, holdResult), request);
}

/**
 * Many holds in one round trip: an item that cannot be paid fails alone. Funds and budgets are used up in the order
 * given. The accounts are locked in their own order first, then the budgets. Results are in the order of the requests.
 */
export async function holdMany(ex: LedgerExecutor, requests: readonly HoldRequest[]): Promise<HoldResult[]> {
  if (requests.length === 0) return [];
  const { statement, read } = manyHolds(requests);
  return read(await statement.execute(ex));
}

/** The same as a statement for a caller who sends it together with others, and the way to read its answer. */
export function manyHolds(requests: readonly HoldRequest[]): {
  readonly statement: RawBuilder<{ result: unknown }>;
  readonly read: (answer: QueryResult<{ result: unknown }>) => HoldResult[];
} {
  const items = requests.map((request) => ({
    hold_id: request.holdId,
    account_id: request.accountId,
    amount: checkAmount(request.amount),
    reference: request.reference,
    price_version: request.priceVersion,
    alarm_at: request.alarmAt ?? null,
    budgets: toBudgetItems(request.budgets),
  }));
  const schema = z.array(holdResult).length(requests.length);
  return {
    statement: sql`select ledger.hold_many(${JSON.stringify(items)}::jsonb) as result`,
    read: ({ rows }) => {
      const results = schema.parse(rows[0]?.result);
      return requests.map((request, index) =>
        toHoldResult(results[index] ?? { status: 'mismatch' }, request),
      );
    },
  };
}

function toHoldResult(result: z.output<typeof holdResult>, request: HoldRequest): HoldResult {
  if (result.status === 'mismatch') throw referenceConflict('Hold', request.holdId);
  return result;
}

export type SplitResult =
  | { readonly status: 'split' }
  | { readonly status: 'already' }
  | { readonly status: 'insufficient'; readonly available: number };

/**
 * Moves a part of an open hold into a new hold of its own (a story's hold into its shots'), which counts against the
 * same budgets. `available` is what the parent still holds, 0 once it is resolved. Idempotent by the child's id.
 */
export async function splitHold(
  ex: LedgerExecutor,
  options: {
    readonly parentHoldId: string;
    readonly holdId: string;
    readonly amount: number;
    readonly reference: string;
  },
): Promise<SplitResult> {
  const { parentHoldId, holdId, reference } = options;
  const amount = checkAmount(options.amount);
  const statement = sql<{ result: unknown }>`
    select ledger.split_hold(${parentHoldId}::uuid, ${holdId}::uuid, ${amount}::bigint, ${reference}::text) as result`;
  const result = await readResult(ex, statement, splitResult);
  if (result.status === 'insufficient') return result;
  if (result.status === 'unknown') throw unknownHold(parentHoldId);
  if (result.status === 'mismatch') throw referenceConflict('Hold', holdId);
  return { status: result.status };
}
