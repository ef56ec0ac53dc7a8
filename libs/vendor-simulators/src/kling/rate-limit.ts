/** Requests of an account in each second. */
export class RateLimit {
  private second = 0;
  private seen = new Map<string, number>();

  constructor(
    private readonly perSecond: number,
    private readonly now: () => number,
  ) {}

  allows(account: string): boolean {
    const second = Math.floor(this.now() / 1000);
    if (second !== this.second) {
      this.second = second;
      this.seen = new Map();
    }
    const count = (this.seen.get(account) ?? 0) + 1;
    this.seen.set(account, count);
    return count <= this.perSecond;
  }
}
