import type { Rate } from './lease-tokens';

/** A token bucket of one process: what it lets through by itself while Postgres does not answer. */
export class LocalShare {
  private tokens: number;
  private at: number;

  constructor(
    private readonly rate: Rate,
    replicas: number,
    now: number,
  ) {
    this.rate = { perSecond: rate.perSecond / replicas, burst: Math.max(1, rate.burst / replicas) };
    this.tokens = this.rate.burst;
    this.at = now;
  }

  take(now: number): boolean {
    const { perSecond, burst } = this.rate;
    this.tokens = Math.min(burst, this.tokens + ((now - this.at) / 1_000) * perSecond);
    this.at = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  get left(): number {
    return Math.floor(this.tokens);
  }
}
