/** How the runtime learns that it should end. */
export interface Ending {
  /** Resolves at the first Ctrl-C, SIGTERM, or when the program that started us is gone. */
  readonly asked: Promise<void>;
  /** The same moment, for those who wait for something. */
  readonly begun: AbortSignal;
  /** Aborts at the second one: no more patience with those who still work. */
  readonly hurry: AbortSignal;
}

/** npm and the terminal may each deliver the same Ctrl-C. */
const SAME_KEYSTROKE_MS = 500;

export function untilAskedToEnd(detached: boolean): Ending {
  const impatience = new AbortController();
  const begin = new AbortController();
  const asked = new Promise<void>((resolve) => {
    let first: number | undefined;
    const ask = (): void => {
      const now = performance.now();
      if (first === undefined) first = now;
      else if (now - first > SAME_KEYSTROKE_MS) impatience.abort();
      begin.abort(new Error('It was asked to end.'));
      resolve();
    };
    process.on('SIGINT', ask);
    process.on('SIGTERM', ask);
    process.on('SIGHUP', ask);
    if (!detached && process.connected) process.on('disconnect', ask);
  });
  return { asked, begun: begin.signal, hurry: impatience.signal };
}
