import { isBreakerReason, openSeconds, opensAtOnce } from './breaker-policy';

it('doubles the wait from 15 seconds to five minutes', () => {
  const waits = [1, 2, 3, 4, 5, 6, 60].map((opens) => openSeconds(opens, 'provider_unavailable', 0));
  expect(waits).toEqual([15, 30, 60, 120, 240, 300, 300]);
});

it('adds at most a fifth, so that keys do not come back together', () => {
  expect(openSeconds(1, 'provider_timeout', 1)).toBeCloseTo(18);
});

it('waits longest at once for what does not mend by itself', () => {
  expect(openSeconds(1, 'provider_auth_failed', 0)).toBe(300);
  expect(opensAtOnce('provider_quota_exhausted')).toBe(true);
  expect(opensAtOnce('provider_unavailable')).toBe(false);
});

it('knows what speaks of the vendor, and what of the one job', () => {
  expect(isBreakerReason('provider_timeout')).toBe(true);
  expect(isBreakerReason('content_rejected')).toBe(false);
});
