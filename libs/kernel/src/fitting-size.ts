export interface FittingSizeOptions {
  /** The size at first, and the most. */
  readonly most: number;
  /** A piece of work that took longer is made smaller the next time. Milliseconds. */
  readonly tooLongMs: number;
}

/** Below this share of what is too long there is room for more. */
const ROOM = 0.25;

/** How much to take in one piece of work of which nobody knows beforehand how long it takes: half after a long one, twice after a short one. */
export class FittingSize {
  private size: number;

  constructor(private readonly options: FittingSizeOptions) {
    this.size = options.most;
  }

  /** A whole number, 1 or more. */
  get current(): number {
    return this.size;
  }

  took(ms: number): void {
    const { most, tooLongMs } = this.options;
    if (ms > tooLongMs) this.size = Math.max(1, Math.floor(this.size / 2));
    else if (ms < tooLongMs * ROOM) this.size = Math.min(most, this.size * 2);
  }
}
