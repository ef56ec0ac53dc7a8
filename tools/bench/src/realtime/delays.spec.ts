import { allArrived, delaysOf } from './delays';

const seen = (jobId: string, version: number, at: number) => ({ jobId, version, at });

describe('delaysOf', () => {
  it('measures from each commit to its arrival', () => {
    const committed = Array.from({ length: 100 }, (_none, index) => seen('a', index + 1, 1_000));
    const received = committed.map((each) => ({ ...each, at: each.at + each.version }));
    expect(delaysOf(committed, received.toReversed())).toEqual({ p50: 50, p99: 99, worst: 100, count: 100 });
  });

  it('does not count what was received besides', () => {
    expect(delaysOf([seen('a', 2, 10)], [seen('a', 1, 5), seen('a', 2, 14)])).toMatchObject({
      worst: 4,
      count: 1,
    });
  });

  it('refuses changes that were told twice, or never', () => {
    expect(() => delaysOf([seen('a', 1, 0)], [seen('a', 1, 1), seen('a', 1, 2)])).toThrow('told twice');
    expect(() => delaysOf([seen('a', 1, 0)], [seen('b', 1, 1)])).toThrow('was not told');
  });
});

it('knows whether all has arrived', () => {
  expect(allArrived([seen('a', 1, 0)], [seen('a', 2, 1)])).toBe(false);
  expect(allArrived([seen('a', 1, 0)], [seen('a', 2, 1), seen('a', 1, 1)])).toBe(true);
});
