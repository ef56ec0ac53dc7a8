import { CompiledQuery, type Compilable, type QueryResult, type RawBuilder, type Transaction } from 'kysely';

/** Stands for statements that are sent together; its parameters are they. No statement of anybody reads so. */
export const SEVERAL = '/* several statements */';
export const COMMIT = 'commit';

/** A statement that has not been sent yet. */
export type Sendable<O = unknown> = CompiledQuery<O> | Compilable<O> | RawBuilder<O>;
/** What each of some statements answers, in the same order. */
export type ResultsOf<Q extends readonly Sendable[]> = {
  readonly [K in keyof Q]: QueryResult<Q[K] extends Sendable<infer O> ? O : never>;
};

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What the server said of one of them. */
export interface Answer {
  readonly command: string;
  readonly rowCount: number | null;
  readonly rows: unknown[];
}

/** A statement that was sent together with the commit was refused by the server: nothing was committed, for certain. */
export class NotCommitted extends Error {
  constructor(override readonly cause: unknown) {
    super('A statement before the commit was refused.');
  }
}

/**
 * Sends statements in one packet and waits for all answers: one round trip instead of one each. They run one after the other, each
 * sees what those before it did; where one fails those behind it fail too. With `commit` as the last the transaction ends with them.
 */
export async function sendTogether<S, const Q extends readonly Sendable[]>(
  tx: Transaction<S>,
  queries: Q,
  commit = false,
): Promise<ResultsOf<Q>> {
  const statements = queries.map((query) => toStatement(tx, query));
  if (commit) statements.push({ text: COMMIT, values: [] });
  const { rows } = await tx.executeQuery<Answer>(CompiledQuery.raw(SEVERAL, statements));
  const results = rows.map(({ rowCount, rows: found }) => ({
    rows: found,
    ...(rowCount === null ? {} : { numAffectedRows: BigInt(rowCount) }),
  }));
  return results as ResultsOf<Q>;
}

function toStatement<S>(tx: Transaction<S>, query: Sendable): Statement {
  const { sql, parameters } = 'compile' in query ? query.compile(tx) : query;
  return { text: sql, values: parameters };
}
