import type { CapturedStatement } from './captured-statement';

/** What must differ in every transaction or name one of the seeded users, and the SQL that makes it. */
export interface Substitution {
  /** As it was captured. */
  readonly text: string;
  /** An expression of type text. */
  readonly sql: string;
}

export interface ScriptOptions {
  readonly statements: readonly CapturedStatement[];
  readonly substitutions: readonly Substitution[];
  /** Lines that set pgbench's variables for one transaction. */
  readonly setUp: readonly string[];
}

/** The captured transaction as a script for pgbench: the same statements, with ids of its own each time. */
export function toPgbenchScript({ statements, substitutions, setUp }: ScriptOptions): string {
  const lines = statements.map((statement) => `${inline(statement, substitutions)};`);
  return [...setUp, 'begin;', ...lines, 'commit;', ''].join('\n');
}

function inline({ sql, parameters }: CapturedStatement, substitutions: readonly Substitution[]): string {
  const oneLine = sql.replace(/\s+/g, ' ').trim();
  return oneLine.replace(/\$(\d+)/g, (_, number: string) => {
    const value = parameters[Number(number) - 1];
    return value === undefined || value === null ? 'null' : toSql(value, substitutions);
  });
}

/** A literal, wrapped in a `replace` for each id in it; a bare id keeps the type uuid, since it is compared as one. */
function toSql(value: string, substitutions: readonly Substitution[]): string {
  const exact = substitutions.find(({ text }) => text === value);
  if (exact) return `((${exact.sql})::uuid)`;
  const inside = substitutions.filter(({ text }) => value.includes(text));
  const replaced = inside.reduce(
    (sql, { text, sql: by }) => `replace(${sql}, '${text}', ${by})`,
    quote(value),
  );
  return inside.length === 0 ? replaced : `(${replaced})`;
}

/** pgbench takes a colon before a letter for a variable, also inside quotes; a doubled backslash is Postgres' own escape. */
function quote(value: string): string {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "''")
    .replaceAll(/:(?=[A-Za-z0-9_])/g, '\\072');
  return escaped.includes('\\') ? `E'${escaped}'` : `'${escaped}'`;
}

/** A number of pgbench's as the last 12 digits of an id. */
export function numberedSql(prefix: string, expression: string): string {
  return `'${prefix}' || lpad(to_hex((${expression})::bigint), 12, '0')`;
}
