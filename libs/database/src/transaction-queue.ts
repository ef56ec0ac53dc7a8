import type { Database, UnitOfWork } from './database';

/** A piece of work that may share its transaction with others. */
export interface QueuedWork<S, R> {
  /** Pieces of one transaction run in the order of their keys (the job's id, say), so that two transactions lock in one order. */
  readonly key: string;
  readonly work: (tx: UnitOfWork<S>) => Promise<R>;
}

export interface TransactionQueueOptions {
  /** Transactions at the same time; each has a connection. */
  readonly transactions: number;
  /** Pieces in one transaction. */
  readonly pieces: number;
}

interface Waiting<S> {
  readonly key: string;
  readonly work: (tx: UnitOfWork<S>) => Promise<unknown>;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts work that comes at the same time into common transactions: one commit for all of them. A piece that comes alone starts at
 * once; while transactions run, what comes is the next group, so groups grow with the load. What fails in company is tried alone,
 * so that one bad piece spoils nothing for the others.
 */
export class TransactionQueue<S> {
  private waiting: Waiting<S>[] = [];
  private running = 0;

  constructor(
    private readonly database: Pick<Database<S>, 'run'>,
    private readonly options: TransactionQueueOptions,
  ) {}

  /** Resolves after the commit. The work may run several times, as in `Database.run`. */
  run<R>({ key, work }: QueuedWork<S, R>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.waiting.push({ key, work, resolve, reject });
      this.next();
    });
  }

  private next(): void {
    if (this.waiting.length === 0 || this.running >= this.options.transactions) return;
    this.running += 1;
    const group = this.waiting.splice(0, this.options.pieces);
    void this.settle(group).finally(() => {
      this.running -= 1;
      this.next();
    });
  }

  private async settle(group: readonly Waiting<S>[]): Promise<void> {
    try {
      await this.together(group);
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else for (const one of group) await this.settle([one]);
    }
  }

  private async together(group: readonly Waiting<S>[]): Promise<void> {
    // Sorting keeps the order of pieces with the same key.
    const sorted = group.toSorted((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0));
    const results = await this.database.run(async (tx) => {
      const done: unknown[] = [];
      for (const { work } of sorted) done.push(await work(tx));
      return done;
    });
    for (const [index, { resolve }] of sorted.entries()) resolve(results[index] as never);
  }
}
