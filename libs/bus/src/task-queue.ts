/** Runs tasks up to a bound at the same time; the rest wait in order. */
export class TaskQueue {
  private readonly waiting: (() => Promise<void>)[] = [];
  private readonly idleListeners: (() => void)[] = [];
  private active = 0;

  constructor(private readonly bound: number) {}

  /** The task must not reject. */
  add(task: () => Promise<void>): void {
    this.waiting.push(task);
    this.next();
  }

  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void> {
    if (this.active === 0 && this.waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleListeners.push(resolve));
  }

  private next(): void {
    if (this.active >= this.bound) return;
    const task = this.waiting.shift();
    if (task === undefined) {
      if (this.active === 0) for (const listener of this.idleListeners.splice(0)) listener();
      return;
    }
    this.active += 1;
    const done = (): void => {
      this.active -= 1;
      this.next();
    };
    void task().then(done, done);
  }
}
