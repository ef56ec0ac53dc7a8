import type { Delivery } from './delivery';

/**
 * Keeps a delivery ours while its handler runs: tells the server so at a third of the ack wait. When the server could
 * not be told for a whole ack wait, the message may already run elsewhere, and the signal says so.
 */
export class Lease {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private renewedAt = Date.now();

  constructor(
    private readonly delivery: Delivery,
    private readonly ackWaitMs: number,
    private readonly isConnected: () => boolean,
  ) {
    this.timer = setInterval(() => this.renew(), Math.max(1, Math.floor(ackWaitMs / 3)));
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  renew(): void {
    if (this.isConnected()) {
      this.delivery.working();
      this.renewedAt = Date.now();
    } else if (Date.now() - this.renewedAt >= this.ackWaitMs) {
      this.abort('the connection was away for longer than the ack wait: the message may run elsewhere');
    }
  }

  abort(reason: string): void {
    if (!this.controller.signal.aborted) this.controller.abort(new Error(reason));
  }

  release(): void {
    clearInterval(this.timer);
  }
}
