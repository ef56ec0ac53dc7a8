import { setTimeout as delay } from 'node:timers/promises';
import { classifyPostgresFailure } from './postgres-errors';

const PAUSE_MS = 1_000;
/** A password, role or database that is not there yet looks like a wrong one: that, too, is a matter of time. */
const NOT_YET = new Set(['28P01', '28000', '3D000']);

/**
 * Does the work again each second until the server takes us, for scripts that may come before it. Whatever else fails,
 * fails at once. `onWait` is told the code of the refusal.
 */
export async function whenReachable<T>(
  waitSeconds: number,
  onWait: (code: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const until = performance.now() + waitSeconds * 1_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
      const transient = classifyPostgresFailure(error) === 'connection' || NOT_YET.has(code);
      if (!transient || performance.now() > until) throw error;
      onWait(code);
      await delay(PAUSE_MS);
    }
  }
}
