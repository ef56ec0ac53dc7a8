/** Messages that may wait for the link of a finished video before them. */
const MAX_WAITING = 1_000;

/** Writes in the order in which they were asked for, also where one has to wait for an answer first; at once where none waits. */
export class SendQueue {
  private tail: Promise<void> = Promise.resolve();
  private waiting = 0;

  /** `onFull`: more wait than may. */
  constructor(private readonly onFull: () => void) {}

  add(write: () => void): void {
    if (this.waiting === 0) write();
    else this.addLate(() => Promise.resolve(write()));
  }

  /** For what has to wait. `write` must not reject. */
  addLate(write: () => Promise<void>): void {
    if (this.waiting >= MAX_WAITING) return this.onFull();
    this.waiting += 1;
    this.tail = this.tail.then(write).finally(() => {
      this.waiting -= 1;
    });
  }

  /** Resolves when all that was asked for until now is written. */
  settled(): Promise<void> {
    return this.tail;
  }
}
