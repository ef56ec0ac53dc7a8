import { sql, type RawBuilder } from 'kysely';

/** Element types that lists are sent as. */
export type ElementType = 'uuid' | 'text' | 'int' | 'smallint' | 'bigint' | 'real' | 'float8' | 'boolean';

/**
 * A list as one parameter whose length the planner does not see, for `= ANY (...)` and `unnest(...)` in statements that run often.
 * Where it sees that a list is short it thinks a plan for just this list the cheaper one, and plans anew at each run, which takes longer
 * than the run; so it plans for ten and keeps the plan.
 */
export function arrayOf<T>(values: readonly T[], type: ElementType): RawBuilder<T[]> {
  const list = sql.raw(`${type}[]`);
  return sql<T[]>`(SELECT ${values}::${list})::${list}`;
}
