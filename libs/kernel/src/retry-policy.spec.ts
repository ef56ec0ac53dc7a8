import fc from 'fast-check';
import { backoffMs, type RetryPolicy } from './retry-policy';

const policy: RetryPolicy = { maxAttempts: 5, baseMs: 100, factor: 2, maxMs: 1_000, jitter: 0.5 };

it('doubles up to its limit', () => {
  expect([1, 2, 3, 4, 5, 9].map((failed) => backoffMs(policy, failed, 0))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ]);
});

it('stays within its jitter for any draw', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failed, random) => {
        const full = backoffMs(policy, failed, 0);
        const wait = backoffMs(policy, failed, random);
        expect(wait).toBeGreaterThanOrEqual(Math.floor(full / 2));
        expect(wait).toBeLessThanOrEqual(full);
      },
    ),
  );
});
