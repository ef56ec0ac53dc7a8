import { parseOptions } from './options';

const NAMES = ['accept', 'growth'];

it('runs everything in full unless told', () => {
  expect(parseOptions([], NAMES)).toEqual({ only: undefined, quick: false, writeDocs: false, help: false });
});

it('takes names of scenarios and refuses others', () => {
  expect(parseOptions(['--only', 'growth,accept', '--quick'], NAMES)).toMatchObject({
    only: ['growth', 'accept'],
    quick: true,
  });
  expect(() => parseOptions(['--only', 'speed'], NAMES)).toThrow('accept, growth');
  expect(() => parseOptions(['--only'], NAMES)).toThrow('accept, growth');
  expect(() => parseOptions(['--fast'], NAMES)).toThrow('--fast');
});

it('does not let a quick run become the documented one', () => {
  expect(() => parseOptions(['--quick', '--write-docs'], NAMES)).toThrow('full run');
});
