import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..', '..');
const NAMED = /`(?<file>[\w./-]+\.(?:(?:(?:int|e2e)-)?spec|contract)\.ts)`: "(?<title>[^"]+)"/g;

export interface NamedTest {
  readonly file: string;
  readonly title: string;
}

/** The rows of the tables of a page in docs/ whose first cell fits, with the tests that each names. */
export function rowsWithTests(page: string, firstCell: RegExp): { first: string; tests: NamedTest[] }[] {
  const lines = readFileSync(join(ROOT, 'docs', page), 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, first = ''] = /^\| *([^|]*?) *\|/.exec(line) ?? [];
    if (!firstCell.test(first)) return [];
    const tests = [...line.matchAll(NAMED)].map(({ groups }) => groups as unknown as NamedTest);
    return [{ first, tests }];
  });
}

/** Whether the file has a test, a table of tests or a group of this title. */
export function hasTest({ file, title }: NamedTest): boolean {
  if (!existsSync(join(ROOT, file))) return false;
  const text = readFileSync(join(ROOT, file), 'utf8');
  const starts = ["'", '"', '`'].map((quote) => text.indexOf(quote + title + quote)).filter((at) => at >= 0);
  return starts.some((start) => /(?:\bit|\bdescribe|\))\($/.test(text.slice(0, start).trimEnd()));
}
