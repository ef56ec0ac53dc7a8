import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const NAMED = /`(?<file>[\w./-]+\.(?:int|e2e)-spec\.ts)`: "(?<title>[^"]+)"/g;
/** The complaints that concern jobs or money, as docs/trust.md numbers them. */
const COMPLAINTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 20, 21];

const page = readFileSync(join(ROOT, 'docs', 'trust.md'), 'utf8');
const rows = page.split('\n').filter((line) => /^\| \d+ /.test(line));
const named = rows.map((row) => [...row.matchAll(NAMED)].map(({ groups }) => groups ?? {}));

it('answers every complaint with a test', () => {
  const numbers = rows.map((row) => Number(/^\| (\d+) /.exec(row)?.[1]));
  expect([...new Set(numbers)]).toEqual(COMPLAINTS);
  expect(named.every((tests) => tests.length > 0)).toBe(true);
});

it.each(named.flat().map(({ file = '', title = '' }) => [file, title]))(
  '%s has the test "%s"',
  (file, title) => {
    expect(existsSync(join(ROOT, file))).toBe(true);
    const text = readFileSync(join(ROOT, file), 'utf8');
    // As the first thing that a test, a table of tests or a group is called with.
    const start = text.indexOf(`'${title}'`);
    expect(text.slice(0, Math.max(0, start)).trimEnd()).toMatch(/(?:\bit|\bdescribe|\))\($/);
  },
);
