export interface QuietMomentOptions {
  /** With so many pieces of urgent work or fewer it is quiet. */
  readonly busyAbove: number;
}

interface Waiting {
  readonly go: () => void;
  readonly fail: (error: Error) => void;
}

/** Lets work that can wait give way to work that cannot. */
export class QuietMoment {
  private urgent = 0;
  private readonly waiting = new Set<Waiting>();
  private stopped: Error | undefined;

  constructor(private readonly options: QuietMomentOptions) {}

  /** Runs urgent work. */
  async busy<T>(work: () => Promise<T>): Promise<T> {
    this.urgent += 1;
    try {
      return await work();
    } finally {
      this.urgent -= 1;
      if (this.isQuiet) for (const { go } of this.waiting) go();
    }
  }

  /**
   * Resolves when it is quiet, or after so many milliseconds, for what a machine that is always busy must still get to. Rejects with what
   * `stop` was given.
   */
  async come(patienceMs?: number): Promise<void> {
    if (this.stopped !== undefined) throw this.stopped;
    if (this.isQuiet) return;
    const { promise, resolve: go, reject: fail } = Promise.withResolvers<void>();
    const waiting = { go, fail };
    const patience = patienceMs === undefined ? undefined : setTimeout(go, patienceMs);
    this.waiting.add(waiting);
    try {
      await promise;
    } finally {
      clearTimeout(patience);
      this.waiting.delete(waiting);
    }
  }

  /** Nobody waits any more, now or later. */
  stop(reason: Error): void {
    this.stopped = reason;
    for (const { fail } of this.waiting) fail(reason);
  }

  private get isQuiet(): boolean {
    return this.urgent <= this.options.busyAbove;
  }
}
