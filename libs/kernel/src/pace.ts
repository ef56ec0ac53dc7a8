export interface PaceOptions {
  /** Between two starts as long as work is quick. */
  readonly leastMs: number;
  /** Between two starts however long work takes. */
  readonly mostMs: number;
  /** How many times as long as work usually takes lies between two starts; twice unless told. */
  readonly times?: number;
}

/** How much the newest time counts in the mean. */
const NEWEST = 0.25;
const TIMES = 2;

/**
 * The distance that groups of work keep from start to start, so that more shares each. Work takes longer on a machine that has more to
 * do than it can; then the distance grows with it, and what a group costs however large it is, is paid less often. A group that comes
 * after a quiet time waits for nothing.
 */
export class Pace {
  private startedAt = -Infinity;
  private usualMs = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: PaceOptions) {}

  /** Until the next group may start; 0 or less: at once. Milliseconds. */
  get earlyMs(): number {
    return this.startedAt + this.distanceMs - performance.now();
  }

  /** True where it is too early for a group; then `again` is called when it is not any more, once, however often this is asked meanwhile. */
  postpone(again: () => void): boolean {
    const early = this.earlyMs;
    if (early <= 0) return false;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      again();
    }, early);
    return true;
  }

  /** A group starts; it says by a call that it has ended. */
  start(): () => void {
    const at = performance.now();
    this.startedAt = at;
    return () => {
      this.usualMs += NEWEST * (performance.now() - at - this.usualMs);
    };
  }

  private get distanceMs(): number {
    const { leastMs, mostMs, times = TIMES } = this.options;
    return Math.min(mostMs, Math.max(leastMs, this.usualMs * times));
  }
}
