import { sql } from 'kysely';
import { AppError } from '@shotloom/kernel';
import { checkAmount } from './amounts';
import type { LedgerExecutor } from './executor';

/** A counter that holds use up: what a member or an API key may spend in a month, for example. */
export interface HoldBudget {
  /** Whose it is, up to 200 characters; the caller's own naming. */
  readonly key: string;
  /** The time it is for, up to 40 characters, such as `2026-11`. A new period starts from nothing. */
  readonly period: string;
  /** Credits that may be spent and held together; the limit of the moment, not kept. */
  readonly limit: number;
}

const MOST_BUDGETS = 4;
const LONGEST = { key: 200, period: 40 } as const;

/** What the functions read; undefined when there is nothing to count against. */
export function toBudgetItems(
  budgets: readonly HoldBudget[] | undefined,
): { key: string; period: string; maximum: number }[] | undefined {
  if (budgets === undefined || budgets.length === 0) return undefined;
  if (budgets.length > MOST_BUDGETS) throw badBudget('budgets', `There can be at most ${MOST_BUDGETS}.`);
  const seen = new Set<string>();
  return budgets.map(({ key, period, limit }, index) => {
    const field = `budgets.${index}`;
    checkName(key, LONGEST.key, `${field}.key`);
    checkName(period, LONGEST.period, `${field}.period`);
    const name = JSON.stringify([key, period]);
    if (seen.has(name)) throw badBudget(field, 'The same key and period are there twice.');
    seen.add(name);
    return { key, period, maximum: checkAmount(limit, `${field}.limit`) };
  });
}

function checkName(name: string, longest: number, field: string): void {
  if (name.length >= 1 && name.length <= longest) return;
  throw badBudget(field, `Must be 1 to ${longest} characters.`);
}

function badBudget(field: string, reason: string): AppError {
  return new AppError('invalid_input', `Not a budget to count against: ${reason}`, {
    fields: [{ field, reason }],
  });
}

/** What is spent of a budget in credits, captured or still held. One that no hold has named yet has spent nothing. */
export async function readBudget(
  ex: LedgerExecutor,
  key: string,
  period: string,
): Promise<{ readonly spent: number }> {
  const { rows } = await sql<{ spent: string }>`
    select spent::text as spent from ledger.budgets where key = ${key} and period = ${period}`.execute(ex);
  return { spent: Number(rows[0]?.spent ?? 0) };
}
