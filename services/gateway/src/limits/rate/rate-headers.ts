import type { FastifyReply } from 'fastify';
import type { Rate } from './lease-tokens';
import type { Verdict } from './leased-buckets';

/** A limit that a request was counted against, by the name that clients see. */
export interface Counted {
  readonly name: 'user' | 'key' | 'address';
  readonly rate: Rate;
  readonly verdict: Verdict;
}

/**
 * `RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers has them since its 8th version: lists of the named
 * policies, `q` requests in a window of `w` seconds, and how many remain (`r`) until it is full again in `t` seconds. Pure.
 */
export function rateHeaders(counted: readonly Counted[]): Record<'ratelimit-policy' | 'ratelimit', string> {
  return {
    'ratelimit-policy': counted
      .map(
        ({ name, rate }) =>
          `"${name}";q=${rate.burst};w=${Math.max(1, Math.ceil(rate.burst / rate.perSecond))}`,
      )
      .join(', '),
    ratelimit: counted
      .map(({ name, verdict }) => `"${name}";r=${verdict.remaining};t=${verdict.resetSeconds}`)
      .join(', '),
  };
}

export function setRateHeaders(reply: FastifyReply, counted: readonly Counted[]): void {
  if (counted.length > 0) void reply.headers(rateHeaders(counted));
}
