import { inspect } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';

export interface WaitForOptions {
  /** What is awaited, as a noun phrase: it becomes part of the error. */
  readonly what: string;
  /** Milliseconds; default 10,000. */
  readonly timeoutMs?: number;
  /** Milliseconds between two looks; default 25. */
  readonly intervalMs?: number;
  /** Gives up at once, with the signal's reason, when it aborts. */
  readonly signal?: AbortSignal;
}

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

/**
 * Asks again until `condition` gives something truthy, and returns it. An exception counts as "not yet". After the
 * timeout it throws an Error that names what it waited for and the last thing it saw.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = 10_000, intervalMs = 25, signal }: WaitForOptions,
): Promise<Truthy<T>> {
  const deadline = performance.now() + timeoutMs;
  let last: string;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const value = await condition();
      if (value) return value as Truthy<T>;
      last = inspect(value, { depth: 4, breakLength: 120 });
    } catch (error) {
      last = `an error: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (performance.now() >= deadline) {
      throw new Error(`Waited ${timeoutMs} ms for ${what}; the last look gave ${last}`);
    }
    await delay(intervalMs);
  }
}
