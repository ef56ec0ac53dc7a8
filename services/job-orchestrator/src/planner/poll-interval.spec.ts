import fc from 'fast-check';
import { pollInterval, type IntervalInput } from './poll-interval';

const input = (more: Partial<IntervalInput> = {}): IntervalInput => ({
  ...{ elapsed: 0, times: { p50: 120, p95: 240 }, min: 5, max: 60, misses: 0, random: 0 },
  ...more,
});

it('asks rarely at first, as often as it may about the usual time, and rarely again when a video is late', () => {
  expect(pollInterval(input())).toBe(36);
  expect(pollInterval(input({ elapsed: 100 }))).toBe(5);
  expect(pollInterval(input({ elapsed: 130 }))).toBe(5);
  expect(pollInterval(input({ elapsed: 400 }))).toBe(40);
  expect(pollInterval(input({ elapsed: 10_000 }))).toBe(60);
});

it('keeps to what the owner of the key wants, under the limit of the provider and above it', () => {
  expect(pollInterval(input({ elapsed: 130, wanted: 30 }))).toBe(30);
  expect(pollInterval(input({ elapsed: 130, wanted: 2 }))).toBe(5);
  expect(pollInterval(input({ elapsed: 10_000, wanted: 600 }))).toBe(600);
});

it('is patient with a vendor that does not answer', () => {
  expect(pollInterval(input({ elapsed: 130, misses: 2 }))).toBe(20);
});

it('stays within the limits of the provider, but for the jitter upwards', () => {
  const positive = fc.double({ min: 0, max: 100_000, noNaN: true });
  fc.assert(
    fc.property(
      positive,
      positive,
      fc.nat(50),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (elapsed, p50, misses, random) => {
        const seconds = pollInterval(input({ elapsed, times: { p50, p95: p50 * 2 }, misses, random }));
        expect(seconds).toBeGreaterThanOrEqual(5);
        expect(seconds).toBeLessThanOrEqual(72);
      },
    ),
  );
});
