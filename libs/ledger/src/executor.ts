import type { QueryExecutorProvider, RawBuilder } from 'kysely';
import type { z } from 'zod';

/** Anything that runs SQL: a `Kysely`, or the caller's transaction, which the ledger then joins. */
export type LedgerExecutor = QueryExecutorProvider;

/** Runs a statement that gives one row with one `result`, and reads it strictly. */
export async function readResult<S extends z.ZodType>(
  ex: LedgerExecutor,
  statement: RawBuilder<{ result: unknown }>,
  schema: S,
): Promise<z.output<S>> {
  const { rows } = await statement.execute(ex);
  return schema.parse(rows[0]?.result);
}
