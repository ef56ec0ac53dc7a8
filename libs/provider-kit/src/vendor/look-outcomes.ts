import { AppError } from '@shotloom/kernel';
import { wrongShape } from './read-shape';
import type { PollOutcome } from './vendor-outcome';

/** An answer about a task that cannot be read: it never ends an attempt. */
export const unreadableLook = (provider: string, problem: string): PollOutcome => ({
  kind: 'unreadable',
  error: wrongShape(provider, problem, 'accepted'),
});

/** What a call about a task threw: its shape was strange, or the vendor could not be asked. */
export function failedLook(thrown: unknown): PollOutcome {
  const error = AppError.from(thrown);
  return { kind: error.details?.['problem'] === undefined ? 'unavailable' : 'unreadable', error };
}

/** An amount as decimal text, of at most six digits after the point, and never with an exponent. */
export const decimalText = (amount: number): string => amount.toFixed(6).replace(/\.?0+$/, '');
