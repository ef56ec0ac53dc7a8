import type { Lease, LeaseRequest, Rate } from './lease-tokens';
import type { LocalShare } from './local-share';

/** What was leased is good for this long. Milliseconds. */
const LEASE_MS = 1_000;
/** For how long a lease is meant to last at the pace of the moment. Seconds. */
const AHEAD_SECONDS = 0.25;
/** Requests that a replica lets through before it has to ask, as a share of a second. */
const GRACE_SECONDS = 0.1;

/** An empty bucket is not asked again before this, however hard somebody knocks. Milliseconds. */
const DRY_MS = 100;

/** `dry`: refused without a question; `ask`: Postgres knows. */
export type Spot = 'taken' | 'dry' | 'ask';

/** One bucket as one replica knows it. Times are in milliseconds of one clock. */
export class BucketState {
  local: LocalShare | undefined;
  private readonly graceSize: number;
  private grace: number;
  private used = 0;
  private tokens = 0;
  private until = 0;
  private left: number;
  private demand = 0;
  private askedAt: number;
  private knownAt: number;

  constructor(
    readonly key: string,
    readonly rate: Rate,
    now: number,
  ) {
    this.graceSize = Math.max(2, Math.ceil(rate.perSecond * GRACE_SECONDS));
    this.grace = this.graceSize;
    this.left = rate.burst;
    this.askedAt = now;
    this.knownAt = now;
  }

  /** A request comes: it has a token, there is none, or it must be asked. */
  take(now: number): Spot {
    this.demand += 1;
    return this.again(now);
  }

  /** The same for one that has waited. */
  again(now: number): Spot {
    if (now >= this.until) this.tokens = 0;
    if (this.tokens >= 1) {
      this.tokens -= 1;
      return 'taken';
    }
    if (this.grace >= 1) {
      this.grace -= 1;
      this.used += 1;
      return 'taken';
    }
    const wasDry = this.left < 1 && now - this.knownAt < DRY_MS;
    return wasDry || this.shared(now) < 1 ? 'dry' : 'ask';
  }

  /** Lets one through that has no token: it is told with the next question. */
  overdraw(): void {
    this.used += 1;
  }

  /** Whether it is time to ask although nobody waits yet. */
  runsLow(now: number): boolean {
    if (this.shared(now) < 1) return false;
    return this.tokens > 0 && now < this.until
      ? this.tokens < this.ahead(now) / 2 && now - this.askedAt > AHEAD_SECONDS * 500
      : this.used > this.graceSize / 2;
  }

  question(now: number, waiting: number): LeaseRequest {
    const wanted = Math.min(Math.floor(this.rate.burst), waiting + this.ahead(now));
    const request = { key: this.key, rate: this.rate, used: this.used, wanted };
    this.used = 0;
    this.demand = 0;
    this.askedAt = now;
    return request;
  }

  answer(lease: Lease, now: number): void {
    const tokens = (now < this.until ? this.tokens : 0) + lease.granted;
    // Who was let through while the answer was awaited has had a token of it: given out again, it would count for two.
    const had = Math.min(this.used, tokens);
    this.used -= had;
    this.tokens = tokens - had;
    this.until = now + LEASE_MS;
    this.left = lease.left;
    this.knownAt = now;
    this.grace = lease.left >= 1 ? this.graceSize : 0;
  }

  /** The question was not answered: what it told is told again. */
  unanswered({ used }: LeaseRequest): void {
    this.used = Math.min(this.used + used, this.rate.burst);
  }

  /** Requests that may still come now, as far as this replica knows. */
  remaining(now: number): number {
    const mine = now < this.until ? this.tokens : 0;
    return Math.max(0, Math.min(this.rate.burst, Math.floor(mine + this.shared(now) - this.used)));
  }

  /** Until there is a token again. Milliseconds. */
  waitMs(now: number): number {
    return Math.max(1, ((1 - this.shared(now)) / this.rate.perSecond) * 1_000);
  }

  private shared(now: number): number {
    const { perSecond, burst } = this.rate;
    return Math.min(burst, this.left + ((now - this.knownAt) / 1_000) * perSecond);
  }

  /** At the pace since the last question. */
  private ahead(now: number): number {
    const seconds = Math.max(AHEAD_SECONDS, (now - this.askedAt) / 1_000);
    const most = Math.max(1, Math.ceil(this.rate.perSecond * AHEAD_SECONDS));
    return Math.max(1, Math.min(most, Math.ceil((this.demand / seconds) * AHEAD_SECONDS)));
  }
}
