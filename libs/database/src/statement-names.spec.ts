import { isStalePlan, StatementNames } from './statement-names';

const run = (names: StatementNames, text: string, times: number): (string | undefined)[] =>
  Array.from({ length: times }, () => names.nameOf(text));

it('names what runs often, always the same, and nothing else', () => {
  const names = new StatementNames(true);
  expect(run(names, 'select 1', 4)).toEqual([undefined, undefined, 'shotloom_0_0', 'shotloom_0_0']);
  expect(run(names, 'select 2', 3).at(-1)).toBe('shotloom_1_0');
  expect(run(names, `select ${'1,'.repeat(9_000)}`, 5).at(-1)).toBeUndefined();
});

it('keeps a bounded number of names', () => {
  const names = new StatementNames(true);
  for (let index = 0; index < 400; index += 1) run(names, `select ${index}`, 3);
  expect(names.nameOf('select 0')).toBe('shotloom_0_0');
  expect(names.nameOf('select 399')).toBeUndefined();
});

it('gives new names after a migration, and none where they cannot be used', () => {
  const names = new StatementNames(true);
  run(names, 'select 1', 3);
  names.renew();
  expect(names.nameOf('select 1')).toBe('shotloom_0_1');
  names.disable();
  expect(names.nameOf('select 1')).toBeUndefined();
});

it('knows the error of a stale plan', () => {
  expect(isStalePlan({ code: '0A000', message: 'cached plan must not change result type' })).toBe(true);
  expect(isStalePlan({ code: '0A000', message: 'something else' })).toBe(false);
  expect(isStalePlan(undefined)).toBe(false);
});
