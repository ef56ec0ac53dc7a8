import { readFile } from 'node:fs/promises';
import type { Client } from 'pg';
import { waitFor } from '@shotloom/testing';

/** One statement as a service sent it, with the text of its parameters. */
export interface CapturedStatement {
  readonly sql: string;
  /** `null` for SQL's null. */
  readonly parameters: readonly (string | null)[];
}

/** Marks every log line with who sent the statement. */
const PREFIX = '%a|%p|';
const SETTINGS = { log_statement: 'all', log_line_prefix: PREFIX };

/**
 * Lets Postgres write down what the service really executes while `work` runs, and gives the transaction that holds `mark`. So the raw
 * limit is measured with the service's own statements and cannot lag behind them.
 */
export async function captureTransaction(options: {
  readonly sql: Client;
  readonly logFile: string;
  readonly application: string;
  /** Found in one statement of the transaction that is wanted. */
  readonly mark: RegExp;
  readonly work: () => Promise<void>;
}): Promise<CapturedStatement[]> {
  const { sql, logFile, application, mark, work } = options;
  const from = (await readFile(logFile, 'utf8')).length;
  for (const [name, value] of Object.entries(SETTINGS))
    await sql.query(`alter system set ${name} = '${value}'`);
  await sql.query('select pg_reload_conf()');
  try {
    await waitFor(async () => (await readFile(logFile, 'utf8')).slice(from).includes('log_statement'), {
      what: 'Postgres to log statements',
      timeoutMs: 10_000,
    });
    await work();
    let found: CapturedStatement[] | undefined;
    await waitFor(
      async () => {
        found = findTransaction((await readFile(logFile, 'utf8')).slice(from), application, mark);
        return found !== undefined;
      },
      { what: `a transaction with ${mark.source} in ${logFile}`, timeoutMs: 10_000 },
    );
    return found ?? [];
  } finally {
    for (const name of Object.keys(SETTINGS)) await sql.query(`alter system reset ${name}`);
    await sql.query('select pg_reload_conf()');
  }
}

interface Entry {
  readonly application: string;
  readonly pid: string;
  readonly text: string;
}

/** The statements between `begin` and `commit` of the connection that sent one with `mark`; undefined while there is none. */
export function findTransaction(
  log: string,
  application: string,
  mark: RegExp,
): CapturedStatement[] | undefined {
  const entries = readEntries(log).filter((entry) => entry.application === application);
  const pid = entries.find(({ text }) => mark.test(text))?.pid;
  const mine = entries.filter((entry) => entry.pid === pid);
  const at = mine.findIndex(({ text }) => mark.test(text));
  const begin = mine.findLastIndex(
    ({ text }, index) => index < at && /(statement|execute [^:]*): begin(;|$)/.test(text),
  );
  const commit = mine.findIndex(
    ({ text }, index) => index > at && /(statement|execute [^:]*): commit/.test(text),
  );
  if (at === -1 || begin === -1 || commit === -1) return undefined;
  return toStatements(mine.slice(begin + 1, commit));
}

/** A line that begins with a tab goes on with the entry before. */
function readEntries(log: string): Entry[] {
  return log
    .replaceAll('\n\t', '\v')
    .split('\n')
    .flatMap((line) => {
      const [, application, pid, text] = /^([^|]*)\|(\d+)\|(.*)$/.exec(line) ?? [];
      if (application === undefined || pid === undefined || text === undefined) return [];
      return [{ application, pid, text: text.replaceAll('\v', '\n') }];
    });
}

function toStatements(entries: readonly Entry[]): CapturedStatement[] {
  const statements: CapturedStatement[] = [];
  for (const { text } of entries) {
    const [, sql] = /^LOG:\s+(?:execute [^:]*|statement): ([\s\S]*)$/.exec(text) ?? [];
    const [, detail] = /^DETAIL:\s+[Pp]arameters: ([\s\S]*)$/.exec(text) ?? [];
    const last = statements.at(-1);
    if (sql !== undefined) statements.push({ sql, parameters: [] });
    else if (detail !== undefined && last)
      statements[statements.length - 1] = { ...last, parameters: readParameters(detail) };
  }
  return statements;
}

/** `$1 = 'it''s', $2 = NULL`, in the order of their numbers. */
function readParameters(detail: string): (string | null)[] {
  return [...detail.matchAll(/\$\d+ = (?:'((?:[^']|'')*)'|NULL)/g)].map(([, text]) =>
    text === undefined ? null : text.replaceAll("''", "'"),
  );
}
