import { backoffMs, type RetryPolicy } from '@shotloom/kernel';

/** What came of a call. `stopped`: this process ends, and the call counts for nothing. */
export type CallResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly text: string;
      readonly retryAfterMs: number | undefined;
    }
  | { readonly kind: 'unanswered'; readonly reason: string }
  | { readonly kind: 'stopped' };

export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'again'; readonly waitMs: number; readonly reason: string }
  /** `isGone`: the receiver wants no events any more. */
  | { readonly kind: 'failed'; readonly isGone: boolean; readonly reason: string };

/** Ten calls in a little more than a day: after 15 s, 45 s, 2 min, 7 min, 20 min, 1 h, 3 h, 9 h and 12 h, each up to a fifth sooner. */
export const RETRIES: RetryPolicy = {
  maxAttempts: 10,
  baseMs: 15_000,
  factor: 3,
  maxMs: 12 * 3_600_000,
  jitter: 0.2,
};
const GONE = 410;

/** What follows from the result of the call number `attempts`. Pure; `random` is 0 to 1. */
export function judge(
  result: Exclude<CallResult, { kind: 'stopped' }>,
  attempts: number,
  random?: number,
): Verdict {
  if (result.kind === 'answered' && result.status >= 200 && result.status < 300) return { kind: 'delivered' };
  const isGone = result.kind === 'answered' && result.status === GONE;
  const reason = reasonOf(result);
  if (isGone || attempts >= RETRIES.maxAttempts) return { kind: 'failed', isGone, reason };
  const asked = result.kind === 'answered' ? (result.retryAfterMs ?? 0) : 0;
  return { kind: 'again', waitMs: Math.max(asked, backoffMs(RETRIES, attempts, random)), reason };
}

function reasonOf(result: Exclude<CallResult, { kind: 'stopped' }>): string {
  if (result.kind === 'unanswered') return result.reason;
  const { status } = result;
  if (status === GONE) return 'The endpoint answered 410: it wants no events any more, so it was disabled.';
  if (status >= 300 && status < 400)
    return `The endpoint answered ${status}: redirects are not followed, so give the final address.`;
  return `The endpoint answered ${status}; 2xx is success.`;
}
