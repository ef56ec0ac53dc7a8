import { Pace, type PaceOptions } from './pace';

export interface GroupQueueOptions {
  /** Groups that are worked on at the same time. */
  readonly groups: number;
  /** Items in one group. */
  readonly items: number;
  /** The distance of two groups under load, but where one is full; none unless told. */
  readonly pace?: PaceOptions;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Works on what comes at the same time as one group. What comes alone starts at once; what comes while groups are worked on is the next
 * one, so groups grow with the load. The items of a group that fails are tried alone, each once, so that one spoils nothing for the others.
 */
export class GroupQueue<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private running = 0;
  private readonly pace: Pace | undefined;

  /** `work` gives a result for each item, in their order. It may be called again with the same item. */
  constructor(
    private readonly options: GroupQueueOptions,
    private readonly work: (items: readonly T[]) => Promise<readonly R[]>,
  ) {
    this.pace = options.pace && new Pace(options.pace);
  }

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      // Not at once: what one turn of the event loop brings is one group.
      queueMicrotask(() => this.next());
    });
  }

  private next(): void {
    if (this.waiting.length === 0 || this.running >= this.options.groups) return;
    // A full group has nothing to wait for.
    const isFull = this.waiting.length >= this.options.items;
    if (!isFull && this.pace?.postpone(() => this.next())) return;
    this.running += 1;
    const ended = this.pace?.start();
    void this.settle(this.waiting.splice(0, this.options.items)).finally(() => {
      ended?.();
      this.running -= 1;
      this.next();
    });
  }

  private async settle(group: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.work(group.map(({ item }) => item));
      if (results.length !== group.length)
        throw new Error(`A group of ${group.length} gave ${results.length} results.`);
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as R);
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const one of group) await this.settle([one]);
    }
  }
}
