/** How often and how long apart a thing is tried again. All times in milliseconds. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly maxAttempts: number;
  readonly baseMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** Share of the delay that is random, 0 to 1: without it, all that failed together comes back together. */
  readonly jitter: number;
}

/** The wait after the given failed try (1 = the first). `random` is 0 to 1, given for tests. */
export function backoffMs(policy: RetryPolicy, failedTry: number, random: number = Math.random()): number {
  const full = Math.min(policy.maxMs, policy.baseMs * policy.factor ** Math.max(0, failedTry - 1));
  return Math.round(full * (1 - policy.jitter * random));
}
