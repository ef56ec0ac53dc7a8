import { FetchFailure } from './fetch-failure';

/**
 * The time that one fetch has, and the way to stop it: whoever stops it first says why, and that is the error of all that
 * was going on.
 */
export class Exchange {
  private readonly controller = new AbortController();
  private readonly total: NodeJS.Timeout;

  constructor(
    private readonly limits: { readonly name: string; readonly totalMs: number },
    private readonly caller: AbortSignal | undefined,
  ) {
    this.total = setTimeout(
      () => this.stop(this.late('was not there whole', limits.totalMs)),
      limits.totalMs,
    );
    if (caller?.aborted === true) this.onCaller();
    caller?.addEventListener('abort', this.onCaller, { once: true });
  }

  /** For everything that belongs to this fetch. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Waits for one step of it at most so long; `what` ends the sentence "<url> ... within 5 s". */
  async within<T>(ms: number, what: string, step: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.stop(this.late(what, ms)), ms);
    const stopped = Promise.withResolvers<never>();
    const onStop = (): void => stopped.reject(this.signal.reason as FetchFailure);
    try {
      this.signal.throwIfAborted();
      this.signal.addEventListener('abort', onStop, { once: true });
      return await Promise.race([step(), stopped.promise]);
    } catch (error) {
      throw this.failure(error);
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener('abort', onStop);
    }
  }

  /**
   * The same for steps of one kind that come one after the other, each at most so long. The steps end by themselves when this exchange
   * does: one timer watches them all, since a body has many.
   */
  watch(ms: number, what: string): <T>(step: () => Promise<T>) => Promise<T> {
    let isWaiting = false;
    const onLate = (): void => {
      if (isWaiting) this.stop(this.late(what, ms));
    };
    const timer = setTimeout(onLate, ms);
    this.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    return async (step) => {
      this.signal.throwIfAborted();
      isWaiting = true;
      timer.refresh();
      try {
        return await step();
      } catch (error) {
        throw this.failure(error);
      } finally {
        isWaiting = false;
      }
    };
  }

  /** Ends it, for whatever reason; connections close and timers go. May be called again. */
  close(): void {
    clearTimeout(this.total);
    this.caller?.removeEventListener('abort', this.onCaller);
    this.stop(new FetchFailure('cancelled', `${this.limits.name} is not read any further.`));
  }

  private failure(error: unknown): FetchFailure {
    if (this.signal.aborted) return this.signal.reason as FetchFailure;
    if (error instanceof FetchFailure) return error;
    return new FetchFailure('unavailable', `${this.limits.name} could not be read (${wordFor(error)}).`);
  }

  private stop(failure: FetchFailure): void {
    if (!this.signal.aborted) this.controller.abort(failure);
  }

  private readonly onCaller = (): void => {
    this.stop(new FetchFailure('cancelled', `Fetching ${this.limits.name} was stopped.`));
  };

  private late(what: string, ms: number): FetchFailure {
    return new FetchFailure('unavailable', `${this.limits.name} ${what} within ${ms / 1_000} s.`);
  }
}

/** The code alone: messages may quote what was sent. */
function wordFor(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : 'no reason given';
}
