import { untilRoom } from './accept-generations';

const MINUTE = 60_000;

it.each([
  ['half of the hour before still counts, and slides away', { count: 5, before: 10, share: 0.5 }, 6 * MINUTE],
  ['this hour is full, and the next has to slide', { count: 10, before: 0, share: 0.5 }, 36 * MINUTE],
  ['there is room at once', { count: 0, before: 0, share: 0.5 }, 0],
])('%s', (_what, hour, wait) => {
  expect(untilRoom({ limit: 10, wanted: 1, ...hour })).toBe(wait);
});

it('never says a moment at which it would be refused again', () => {
  for (let count = 0; count <= 10; count += 1) {
    for (let before = 0; before <= 10; before += 1) {
      const share = 0.25;
      const at = share + untilRoom({ limit: 10, wanted: 2, count, before, share }) / 3_600_000;
      const used = at < 1 ? before * (1 - at) + count : count * (2 - at);
      expect(used + 2).toBeLessThanOrEqual(10.000_01);
    }
  }
});
