/**
 * Why a render was stopped before its end:
 * - `cancelled`: job-orchestrator said so; it waits to hear that we stopped.
 * - `lost`: another worker has the lease, or the attempt has ended.
 * - `lapsed`: the lease could not be renewed in time, so another worker may have it.
 * - `late`: the deadline has passed.
 * - `stopping`: this worker is shutting down.
 */
export type StopReason = 'cancelled' | 'lost' | 'lapsed' | 'late' | 'stopping';

/** Aborts a render once; what came first is the reason. */
export class StopSwitch {
  private readonly controller = new AbortController();
  private first: StopReason | undefined;

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get reason(): StopReason | undefined {
    return this.first;
  }

  stop(reason: StopReason): void {
    if (this.first !== undefined) return;
    this.first = reason;
    this.controller.abort(new RenderStopped(reason));
  }

  /** Throws `RenderStopped` if somebody has stopped it. */
  check(): void {
    if (this.first !== undefined) throw new RenderStopped(this.first);
  }
}

/** What a stopped render ends with, whatever the engine itself threw. */
export class RenderStopped extends Error {
  constructor(readonly reason: StopReason) {
    super(`The render was stopped: ${reason}.`);
    this.name = 'RenderStopped';
  }
}
