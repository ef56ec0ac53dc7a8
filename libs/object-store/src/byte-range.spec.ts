import { parseRangeHeader, resolveRange } from './byte-range';

describe('parseRangeHeader', () => {
  it.each([
    ['bytes=0-', 10, { start: 0, end: 9 }],
    ['bytes=9-9', 10, { start: 9, end: 9 }],
    ['bytes=3-99', 10, { start: 3, end: 9 }],
    ['bytes=-4', 10, { start: 6, end: 9 }],
    ['bytes=-400', 10, { start: 0, end: 9 }],
    ['bytes=10-', 10, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=-5', 0, 'unsatisfiable'],
    ['bytes=-', 10, undefined],
    ['bytes=5-4', 10, undefined],
    ['bytes=1-2,4-5', 10, undefined],
    ['bytes=99999999999999999999-', 10, undefined],
    [undefined, 10, undefined],
  ])('reads %j of %i bytes', (header, size, expected) => {
    expect(parseRangeHeader(header, size)).toEqual(expected);
  });
});

describe('resolveRange', () => {
  it('gives an end before the start for an empty object', () => {
    expect(resolveRange(undefined, 0)).toEqual({ start: 0, end: -1 });
  });

  it('refuses positions that are not whole numbers', () => {
    expect(() => resolveRange({ start: 0.5 }, 10)).toThrow(
      expect.objectContaining({ code: 'invalid_input' }) as Error,
    );
  });
});
