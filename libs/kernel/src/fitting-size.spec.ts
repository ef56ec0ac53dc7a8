import { FittingSize } from './fitting-size';

it('begins with the most, halves what takes too long, never below one, and grows again to no more than the most', () => {
  const size = new FittingSize({ most: 50, tooLongMs: 200 });
  const seen = (...times: readonly number[]): number[] =>
    times.map((ms) => {
      size.took(ms);
      return size.current;
    });
  expect(size.current).toBe(50);
  expect(seen(201, 900, 900, 900, 900, 900)).toEqual([25, 12, 6, 3, 1, 1]);
  expect(seen(200, 50, 49)).toEqual([1, 1, 2]);
  expect(seen(1, 1, 1, 1, 1, 1)).toEqual([4, 8, 16, 32, 50, 50]);
});
