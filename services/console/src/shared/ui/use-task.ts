import { useRef, useState } from 'react';
import { ShotloomError } from '@shotloom/sdk';

export interface Task<A extends unknown[]> {
  readonly run: (...args: A) => void;
  readonly busy: boolean;
  /** How it failed the last time; null where it did not. */
  readonly error: unknown;
  readonly clear: () => void;
}

/** Something that is done on demand, one at a time: whether it runs, and how it failed. */
export function useTask<A extends unknown[]>(work: (...args: A) => Promise<void>): Task<A> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const running = useRef(false);
  const run = (...args: A): void => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setError(null);
    work(...args)
      .catch((failure: unknown) => setError(failure))
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  };
  return { run, busy, error, clear: () => setError(null) };
}

/** What the server says about one field of a form; undefined where it says nothing. */
export function fieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof ShotloomError)) return undefined;
  return error.fields.find((one) => one.field === field)?.reason;
}
