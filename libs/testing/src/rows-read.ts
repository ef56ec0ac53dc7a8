/** A statement on one connection, inside a transaction. */
type Ask = (statement: string) => Promise<{ readonly rows: readonly unknown[] }>;

/**
 * How many rows of a schema's tables the scans of `call` gave, as Postgres itself counts them; those that a filter then refused count too.
 * Both have to run on the connection and in the transaction of `ask`.
 */
export async function rowsRead(ask: Ask, schema: string, call: () => Promise<unknown>): Promise<number> {
  // A small table is read whole because that is cheaper; here it shall be seen whether there is another way.
  for (const way of ['seqscan', 'hashjoin', 'mergejoin']) await ask(`set local enable_${way} = off`);
  await ask('discard plans');
  const before = await count(ask, schema);
  await call();
  return (await count(ask, schema)) - before;
}

async function count(ask: Ask, schema: string): Promise<number> {
  const { rows } = await ask(`
    select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::int as rows
    from pg_stat_xact_user_tables where schemaname = '${schema}'`);
  const [row] = rows;
  if (typeof row !== 'object' || row === null || !('rows' in row))
    throw new Error('Postgres counts no rows.');
  return Number(row.rows);
}
