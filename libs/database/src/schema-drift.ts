import type { SchemaDescription, TableDescription } from './describe-schema';

const PARTS = {
  columns: 'column',
  constraints: 'constraint',
  indexes: 'index',
  triggers: 'trigger',
} as const;

/** What differs, in words, sorted; empty when the database is as expected. */
export function findDrift(expected: SchemaDescription, actual: SchemaDescription): string[] {
  const drift = [
    ...compare('view', expected.views, actual.views),
    ...compare('function', expected.functions, actual.functions),
  ];
  for (const table of namesOf(expected.tables, actual.tables)) {
    const wanted = expected.tables[table];
    const found = actual.tables[table];
    if (wanted === undefined) drift.push(`table ${table} is there but not expected`);
    else if (found === undefined) drift.push(`table ${table} is missing`);
    else drift.push(...compareTable(table, wanted, found));
  }
  return drift.sort();
}

function compareTable(table: string, wanted: TableDescription, found: TableDescription): string[] {
  return Object.entries(PARTS).flatMap(([part, word]) => {
    const key = part as keyof typeof PARTS;
    return compare(`${word} ${table}`, wanted[key], found[key], '.');
  });
}

type Definitions = Readonly<Record<string, string>>;

function compare(what: string, expected: Definitions, actual: Definitions, joint = ' '): string[] {
  return namesOf(expected, actual).flatMap((name) => {
    const wanted = expected[name];
    const found = actual[name];
    const subject = `${what}${joint}${name}`;
    if (wanted === undefined) return [`${subject} is there but not expected: ${found ?? ''}`];
    if (found === undefined) return [`${subject} is missing: ${wanted}`];
    return wanted === found ? [] : [`${subject} is "${found}" and should be "${wanted}"`];
  });
}

function namesOf(left: object, right: object): string[] {
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
}
