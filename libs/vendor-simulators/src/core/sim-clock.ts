/** The simulator's time. Milliseconds since 1970 everywhere. */
export interface SimClock {
  now(): number;
  /** Calls `work` when the time has come; resolved work of a stopped clock never runs. */
  after(ms: number, work: () => void): void;
  stop(): void;
}

/** The real time. Its timers keep no process alive. */
export class RealClock implements SimClock {
  private readonly timers = new Set<NodeJS.Timeout>();

  now(): number {
    return Date.now();
  }

  after(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, ms);
    timer.unref();
    this.timers.add(timer);
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}

/** Time that passes only when a test says so. */
export class ManualClock implements SimClock {
  private due: { readonly at: number; readonly work: () => void }[] = [];

  constructor(private time: number = Date.now()) {}

  now(): number {
    return this.time;
  }

  after(ms: number, work: () => void): void {
    this.due.push({ at: this.time + ms, work });
  }

  /** Lets time pass; what becomes due runs in its order, each at its own moment. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.due.reduce<(typeof this.due)[number] | undefined>(
        (first, item) => (item.at <= end && (first === undefined || item.at < first.at) ? item : first),
        undefined,
      );
      if (next === undefined) break;
      this.due = this.due.filter((item) => item !== next);
      this.time = Math.max(this.time, next.at);
      next.work();
    }
    this.time = end;
  }

  stop(): void {
    this.due = [];
  }
}
