/** How long to wait between tries; milliseconds. */
export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** The wait after the given failed try (1 = the first), between half and all of the doubling value. */
export function delayAfter(backoff: Backoff, failedTry: number, random: number = Math.random()): number {
  const full = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.max(0, failedTry - 1));
  return Math.round(full * (1 - random / 2));
}

/** Resolves after the time; rejects with the signal's reason when it is aborted, and leaves no timer behind. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(asError(signal.reason));
    const stop = () => {
      clearTimeout(timer);
      reject(asError(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** A signal that is aborted with the given one, or after the time (Infinity: never). `end` lets go of both. */
export function withDeadline(
  signal: AbortSignal | undefined,
  ms: number,
): { readonly signal: AbortSignal; readonly end: () => void } {
  const both = new AbortController();
  const stop = () => both.abort(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const late = () => both.abort(new Error(`There was no answer within ${ms / 1_000} s.`));
  const timer = ms === Infinity ? undefined : setTimeout(late, ms);
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  };
  return { signal: both.signal, end };
}

/** An abort reason may be anything; what is thrown is always an Error. */
export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(typeof reason === 'string' ? reason : 'aborted');
}
