import { setTimeout as pause } from 'node:timers/promises';
import { ShotloomError } from '@shotloom/sdk';

/** A longer wait is no matter of pace. Milliseconds. */
const LONGEST_WAIT_MS = 60_000;

/** For many calls in a row: where the server wants them slower, this one is made again when it says so. */
export async function patiently<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const wait = error instanceof ShotloomError && error.status === 429 ? error.retryAfterMs : undefined;
      if (wait === undefined || wait > LONGEST_WAIT_MS) throw error;
      await pause(wait, undefined, { signal });
    }
  }
}
