/** Requests of an account in each window of the clock, a second unless another is given. */
export class RateLimit {
  private window = 0;
  private seen = new Map<string, number>();

  constructor(
    private readonly limit: number,
    private readonly now: () => number,
    private readonly windowMs = 1_000,
  ) {}

  allows(account: string): boolean {
    const window = Math.floor(this.now() / this.windowMs);
    if (window !== this.window) {
      this.window = window;
      this.seen = new Map();
    }
    const count = (this.seen.get(account) ?? 0) + 1;
    this.seen.set(account, count);
    return count <= this.limit;
  }
}
