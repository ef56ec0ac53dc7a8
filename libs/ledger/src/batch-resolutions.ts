import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { AppError } from '@shotloom/kernel';
import { checkAmount } from './amounts';
import { readResult, type LedgerExecutor } from './executor';
import { resolveResult, type HoldResolution } from './resolutions';

export interface ResolveItem {
  readonly holdId: string;
  readonly outcome: 'captured' | 'released';
  /** Credits captured; the rest of the hold goes back. 0 for a release. */
  readonly amount: number;
}

export type ResolveItemResult =
  | { readonly status: 'captured'; readonly captured: number; readonly returned: number }
  | { readonly status: 'released'; readonly returned: number }
  | { readonly status: 'already'; readonly resolution: HoldResolution }
  | { readonly status: 'too_much'; readonly held: number }
  | { readonly status: 'unknown' };

/**
 * Ends many holds in one round trip. What `capture` and `release` throw is a result here (`too_much`, `unknown`), so
 * that an item fails alone. The accounts are locked in their own order first. Results are in the order of the items.
 */
export async function resolveMany(
  ex: LedgerExecutor,
  items: readonly ResolveItem[],
): Promise<ResolveItemResult[]> {
  if (items.length === 0) return [];
  const rows = toRows(items);
  const statement = sql<{
    result: unknown;
  }>`select ledger.resolve_many(${JSON.stringify(rows)}::jsonb) as result`;
  const results = await readResult(ex, statement, z.array(resolveResult).length(items.length));
  return results.map(toItemResult);
}

/**
 * The same as a statement that the caller sends, with the commit say: it gives nothing back, and fails where one of the holds is not
 * ended by it as asked. Then none is, since nothing of the transaction can be committed.
 */
export function resolveAll(items: readonly ResolveItem[]): RawBuilder<unknown> {
  return sql`select ledger.resolve_all(${JSON.stringify(toRows(items))}::jsonb)`;
}

function toRows(items: readonly ResolveItem[]): { hold_id: string; outcome: string; amount: number }[] {
  return items.map((item, index) => ({
    hold_id: item.holdId,
    outcome: item.outcome,
    amount: checkResolved(item, `items.${index}.amount`),
  }));
}

function checkResolved({ outcome, amount }: ResolveItem, field: string): number {
  const checked = checkAmount(amount, field);
  if (outcome === 'captured' || checked === 0) return checked;
  const reason = 'A release captures nothing: must be 0.';
  throw new AppError('invalid_input', `A release cannot capture ${amount}.`, { fields: [{ field, reason }] });
}

function toItemResult(result: z.output<typeof resolveResult>): ResolveItemResult {
  return result.status === 'released' ? { status: 'released', returned: result.returned } : result;
}
