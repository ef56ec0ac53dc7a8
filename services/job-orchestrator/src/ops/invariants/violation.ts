/** Something that must never be, with whom it concerns and what to do. */
export interface Violation {
  /** Stable, for machines. */
  readonly rule: string;
  readonly jobId: string | null;
  readonly attemptId: string | null;
  readonly text: string;
  readonly todo: string;
}

/** Counts all and keeps the first of each rule, so that a fault with a million rows fits a screen. */
export class Violations {
  private readonly kept: Violation[] = [];
  private readonly counts = new Map<string, number>();

  constructor(private readonly keepPerRule: number) {}

  add(violation: Violation): void {
    const seen = (this.counts.get(violation.rule) ?? 0) + 1;
    this.counts.set(violation.rule, seen);
    if (seen <= this.keepPerRule) this.kept.push(violation);
  }

  get listed(): readonly Violation[] {
    return this.kept;
  }

  /** By rule, also those that were not kept. */
  get found(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counts);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, seen) => sum + seen, 0);
  }
}
