import { hasTest, rowsWithTests } from './support/named-tests';

/** The complaints that concern jobs or money, as docs/trust.md numbers them. */
const COMPLAINTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 20, 21];

const rows = rowsWithTests('trust.md', /^\d+$/);

it('answers every complaint with a test', () => {
  expect([...new Set(rows.map(({ first }) => Number(first)))]).toEqual(COMPLAINTS);
  expect(rows.filter(({ tests }) => tests.length === 0)).toEqual([]);
});

it.each(rows.flatMap(({ tests }) => tests))('$file has the test "$title"', (test) => {
  expect(hasTest(test)).toBe(true);
});
