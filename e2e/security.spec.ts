import { hasTest, rowsWithTests } from './support/named-tests';

const rows = rowsWithTests('security.md', /^[A-Z]\d+$/);

it('answers every attack with a test, and numbers each once', () => {
  const numbers = rows.map(({ first }) => first);
  expect(numbers.length).toBeGreaterThan(40);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(rows.filter(({ tests }) => tests.length === 0)).toEqual([]);
});

it.each(rows.flatMap(({ tests }) => tests))('$file has the test "$title"', (test) => {
  expect(hasTest(test)).toBe(true);
});

it('would miss a test that is not there', () => {
  const file = 'e2e/security.spec.ts';
  expect(hasTest({ file, title: 'would miss a test that is not there' })).toBe(true);
  expect(hasTest({ file, title: 'is nowhere' })).toBe(false);
  expect(hasTest({ file: 'e2e/nowhere.spec.ts', title: 'x' })).toBe(false);
});
