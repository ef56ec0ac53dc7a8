import type { Bus } from '@shotloom/bus';
import { renewLeaseRpc } from '@shotloom/contracts';
import type { Logger } from '@shotloom/service-kit';
import type { StopReason } from './stop-reason';

/** What `begin` granted. */
export interface Lease {
  readonly attemptId: string;
  readonly fence: number;
  readonly workerId: string;
  readonly leaseSeconds: number;
  /** When `begin` was asked, by `performance.now()`: the lease ran from some moment after it. */
  readonly askedAt: number;
}

/** Progress is told at most this often. Milliseconds. */
const PROGRESS_EVERY_MS = 1_000;
const RENEWALS_PER_LEASE = 4;
/** Characters that the contract allows. */
const MAX_STEP = 200;

/**
 * Keeps a lease alive until `close()`, and tells progress with it. Counts the lease from when each renewal was asked, not
 * answered: our idea of its end is never later than job-orchestrator's. Clocks are not compared.
 */
export class LeaseKeeper {
  private lapsesAt: number;
  private lastAsked: number;
  private progress = 0;
  private step = 'Starting';
  private news = false;
  private closed = false;
  private timer: NodeJS.Timeout | undefined;
  private renewal: Promise<void> | undefined;
  private lapseTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly lease: Lease,
    private readonly logger: Logger,
    private readonly onStop: (reason: Extract<StopReason, 'cancelled' | 'lost' | 'lapsed'>) => void,
  ) {
    this.lastAsked = lease.askedAt;
    this.lapsesAt = lease.askedAt + this.leaseMs;
    this.watchLapse();
    this.schedule();
  }

  /** A share of 0 to 1 and what happens now; it never goes back. */
  report(progress: number, step: string): void {
    const next = Math.min(1, Math.max(this.progress, Number.isFinite(progress) ? progress : 0));
    if (next === this.progress && step === this.step) return;
    this.progress = next;
    this.step = step.slice(0, MAX_STEP);
    this.news = true;
    this.schedule();
  }

  /** Milliseconds in which nobody else can have the lease. */
  get remainingMs(): number {
    return Math.max(0, this.lapsesAt - performance.now());
  }

  /** Stops renewing and waits for a renewal under way; the lease still holds for `remainingMs`. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    clearTimeout(this.lapseTimer);
    await this.renewal;
  }

  private get leaseMs(): number {
    return this.lease.leaseSeconds * 1000;
  }

  private schedule(): void {
    if (this.closed || this.renewal !== undefined) return;
    clearTimeout(this.timer);
    const every = this.leaseMs / RENEWALS_PER_LEASE;
    const due = this.lastAsked + (this.news ? Math.min(PROGRESS_EVERY_MS, every) : every);
    this.timer = setTimeout(() => this.renew(), Math.max(0, due - performance.now()));
  }

  private renew(): void {
    this.news = false;
    this.lastAsked = performance.now();
    this.renewal = this.ask(this.lastAsked).finally(() => {
      this.renewal = undefined;
      this.schedule();
    });
  }

  private async ask(askedAt: number): Promise<void> {
    const { attemptId, fence, workerId } = this.lease;
    try {
      const { verdict } = await this.bus.request(
        renewLeaseRpc,
        { attemptId, fence, workerId, progress: this.progress, step: this.step },
        { timeoutMs: Math.min(renewLeaseRpc.timeoutMs, this.leaseMs / 2) },
      );
      if (verdict === 'continue') this.lapsesAt = askedAt + this.leaseMs;
      else if (!this.closed) this.onStop(verdict === 'cancel' ? 'cancelled' : 'lost');
    } catch (error) {
      // One lost renewal is nothing: three more fit into the lease, and the lapse timer watches.
      this.logger.warn({ err: error, attemptId }, 'the lease could not be renewed, trying again');
    }
  }

  /** Looks again when the lease, as renewed meanwhile, would end. */
  private watchLapse(): void {
    if (this.closed) return;
    if (this.remainingMs === 0) this.onStop('lapsed');
    else this.lapseTimer = setTimeout(() => this.watchLapse(), this.remainingMs);
  }
}
