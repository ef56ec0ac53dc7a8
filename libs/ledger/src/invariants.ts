import { sql } from 'kysely';
import { z } from 'zod';
import { AppError } from '@shotloom/kernel';
import type { LedgerExecutor } from './executor';
import { budgetCheck, ownerChecks, type BudgetPlace, type Check } from './invariant-checks';

const EVERYTHING = { after: null, upTo: null };

/**
 * Says in sentences what does not add up; empty means that the ledger is exact. One statement and so one snapshot of the
 * whole ledger, which it reads in full: `checkInvariantsPage` is for a ledger that is large or busy.
 */
export async function checkInvariants(ex: LedgerExecutor): Promise<string[]> {
  return violations(ex, [...ownerChecks(EVERYTHING), budgetCheck(EVERYTHING)]);
}

export interface InvariantsPage {
  readonly violations: string[];
  /** Where the next page starts; null once the walk is over. */
  readonly nextCursor: string | null;
}

export interface PageOptions {
  readonly cursor?: string | null | undefined;
  /** Payers, or budgets; 1 or more. */
  readonly limit: number;
}

/**
 * One step of a walk over the ledger: the payers that come next, at most `limit`, and after the last of them the budgets
 * in the same manner. A step is exact by itself, on one snapshot: whatever must add up does so for each payer and each
 * budget. It reads all that these payers ever did. Throws `AppError('invalid_input')` for a cursor that is not one.
 */
export async function checkInvariantsPage(ex: LedgerExecutor, options: PageOptions): Promise<InvariantsPage> {
  const { checks, nextCursor } = await findPage(ex, options);
  return { violations: await violations(ex, checks), nextCursor };
}

/** Where the step after this one starts, without a look at what this one holds: for one that takes longer than a statement may. */
export async function skipInvariantsPage(
  ex: LedgerExecutor,
  options: PageOptions,
): Promise<Pick<InvariantsPage, 'nextCursor'>> {
  const { nextCursor } = await findPage(ex, options);
  return { nextCursor };
}

interface Page {
  readonly checks: readonly Check[];
  readonly nextCursor: string | null;
}

async function findPage(ex: LedgerExecutor, { cursor, limit }: PageOptions): Promise<Page> {
  if (!Number.isInteger(limit) || limit < 1) throw badInput('limit', 'Must be a whole number, one or more.');
  const from = cursor === undefined || cursor === null ? { owner: null } : decode(cursor);
  return 'owner' in from ? ownersFrom(ex, from.owner, limit) : budgetsFrom(ex, from.budget, limit);
}

async function ownersFrom(ex: LedgerExecutor, after: string | null, limit: number): Promise<Page> {
  const start = after === null ? sql`` : sql`and owner_id > ${after}::uuid`;
  const { rows } = await sql<{ owner: string }>`
    select owner_id as owner from ledger.accounts where kind = 'available' ${start}
    order by owner_id limit ${limit}`.execute(ex);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    checks: ownerChecks({ after, upTo: last?.owner ?? null }),
    nextCursor: encode(last ?? { budget: null }),
  };
}

async function budgetsFrom(ex: LedgerExecutor, after: BudgetPlace | null, limit: number): Promise<Page> {
  const start = after === null ? sql`` : sql`where (key, period) > (${after.key}, ${after.period})`;
  const { rows } = await sql<BudgetPlace>`
    select key, period from ledger.budgets ${start} order by key, period limit ${limit}`.execute(ex);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    checks: [budgetCheck({ after, upTo: last ?? null })],
    nextCursor: last ? encode({ budget: last }) : null,
  };
}

async function violations(ex: LedgerExecutor, checks: readonly Check[]): Promise<string[]> {
  const all = sql.join(
    checks.map((check) => sql`(${check})`),
    sql` union all `,
  );
  const { rows } = await sql<{ problem: string }>`${all} order by problem`.execute(ex);
  return rows.map((row) => row.problem);
}

const position = z.union([
  z.strictObject({ owner: z.guid() }),
  z.strictObject({ budget: z.strictObject({ key: z.string(), period: z.string() }).nullable() }),
]);

function encode(at: z.output<typeof position>): string {
  return Buffer.from(JSON.stringify(at)).toString('base64url');
}

function decode(cursor: string): z.output<typeof position> {
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (error) {
    throw badInput('cursor', 'Must be a cursor that an earlier page gave.', error);
  }
}

function badInput(field: string, reason: string, cause?: unknown): AppError {
  return new AppError('invalid_input', `The ledger cannot be checked from there: ${reason}`, {
    fields: [{ field, reason }],
    cause,
  });
}
