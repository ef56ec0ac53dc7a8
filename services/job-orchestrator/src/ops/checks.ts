import type { Check } from '@shotloom/contracts';

/** It is as it must be. */
export function passed(id: string, text: string): Check {
  return { id, verdict: 'ok', text, todo: null };
}

/** It is not, and an operator must act. */
export function failed(id: string, text: string, todo: string): Check {
  return { id, verdict: 'failed', text, todo };
}

/** What would prove it is gone, or has not come yet. */
export function undecided(id: string, text: string): Check {
  return { id, verdict: 'unknown', text, todo: null };
}

/** `1 attempt`, `2 attempts`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
