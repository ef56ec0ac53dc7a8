import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand } from './commands';

const DOCS = join(__dirname, '../../../../../docs');
/** `npm run ops -- stuck`, `ops provider pause <provider>`, `node .../ops/main.js check`: the words until a value or an option. */
const CALLS = /(?:npm run (?:--silent )?ops --|`ops|ops\/main\.js) ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)/g;
/** The gateway's own. */
const OF_PEOPLE = 'user';

/** Decisions are history, and may name what was wanted then. */
const pages = readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .filter((name) => !name.startsWith('adr'));
const named = pages.flatMap((page) =>
  [...readFileSync(join(DOCS, page), 'utf8').matchAll(CALLS)].map(([, words = '']) => ({ page, words })),
);

it('has every command that a page tells an operator to run', () => {
  expect(named.length).toBeGreaterThan(20);
  const unknown = named.filter(({ words }) => {
    const list = words.split(' ');
    if (list[0] === OF_PEOPLE) return false;
    try {
      findCommand(list);
      return false;
    } catch {
      return true;
    }
  });
  expect(unknown).toEqual([]);
});
