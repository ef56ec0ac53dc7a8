/** Outages in a row after which a vendor is left alone. */
export const OUTAGES_TO_OPEN = 5;
const FIRST_WAIT_SECONDS = 15;
const LONGEST_WAIT_SECONDS = 300;
/** Up to this share of the wait is added, so that keys that failed together are not tried together. */
const JITTER = 0.2;
/** A probe that has told nothing by then is taken for lost, and another may go. */
export const PROBE_SECONDS = 180;

export const BREAKER_REASONS = [
  'provider_unavailable',
  'provider_timeout',
  'provider_auth_failed',
  'provider_quota_exhausted',
] as const;
export type BreakerReason = (typeof BREAKER_REASONS)[number];

/** Whether the error says something of the vendor or the key, not of the one job. */
export function isBreakerReason(code: string): code is BreakerReason {
  return BREAKER_REASONS.some((reason) => reason === code);
}

/** A refused key or an empty account does not mend by itself: it opens the breaker at once. */
export function opensAtOnce(reason: BreakerReason): boolean {
  return reason === 'provider_auth_failed' || reason === 'provider_quota_exhausted';
}

/** How long the vendor is left alone after the breaker was opened for the nth time in a row. Seconds. */
export function openSeconds(opens: number, reason: BreakerReason, random = Math.random()): number {
  const full = opensAtOnce(reason)
    ? LONGEST_WAIT_SECONDS
    : Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** Math.min(opens - 1, 10));
  return full * (1 + JITTER * random);
}
