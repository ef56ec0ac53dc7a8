/** Runs chores one after the other, again and again, with a little jitter so that replicas do not march in step. */
export class Rounds {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly everyMs: number,
    private readonly chores: readonly (() => Promise<unknown>)[],
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.schedule();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.current;
  }

  private schedule(): void {
    if (this.stopped) return;
    const wait = this.everyMs * (0.8 + 0.4 * Math.random());
    this.timer = setTimeout(() => {
      this.current = this.round();
    }, wait).unref();
  }

  /** One that fails keeps no other from being done. */
  private async round(): Promise<void> {
    for (const chore of this.chores) await chore().catch(this.onError);
    this.schedule();
  }
}
