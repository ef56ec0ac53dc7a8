import { Pace, type PaceOptions } from '@shotloom/kernel';
import type { Database, UnitOfWork } from './database';
import { DatabaseOutage } from './transaction-runner';

/** A piece of work that may share its transaction with others. */
export interface QueuedWork<S, R, N = never> {
  /**
   * Pieces of one transaction run in the order of their keys (the job's id, say), so that two transactions lock in one order. Those
   * of one key never run in two transactions at the same time.
   */
  readonly key: string;
  readonly work: (tx: UnitOfWork<S>) => Promise<R>;
  /** What it needs that is better read for all pieces of a transaction at once; see `prepare`. */
  readonly needs?: N;
}

export interface TransactionQueueOptions<S, N = never> {
  /** Transactions at the same time; each has a connection. */
  readonly transactions: number;
  /** Pieces in one transaction. */
  readonly pieces: number;
  /** The distance of two transactions under load, so that more pieces share one; none unless told. */
  readonly pace?: PaceOptions;
  /** Runs first in each transaction, with what its pieces need, in the order of their keys. */
  readonly prepare?: (tx: UnitOfWork<S>, needs: readonly N[]) => Promise<void>;
}

interface Waiting<S, N> {
  readonly key: string;
  readonly needs: N | undefined;
  readonly work: (tx: UnitOfWork<S>) => Promise<unknown>;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts work that comes at the same time into common transactions: one commit for all of them. A piece that comes alone starts at
 * once; while transactions run, what comes is the next group, so groups grow with the load. What fails in company is tried alone,
 * so that one bad piece spoils nothing for the others; where the database is away, or did not answer the commit, nothing is: each is told.
 */
export class TransactionQueue<S, N = never> {
  private waiting: Waiting<S, N>[] = [];
  private running = 0;
  private readonly pace: Pace | undefined;
  /** Of the pieces that run. */
  private readonly keys = new Set<string>();

  constructor(
    private readonly database: Pick<Database<S>, 'run'>,
    private readonly options: TransactionQueueOptions<S, N>,
  ) {
    this.pace = options.pace && new Pace(options.pace);
  }

  /** Resolves after the commit. The work may run several times, as in `Database.run`. */
  run<R>({ key, work, needs }: QueuedWork<S, R, N>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.waiting.push({ key, work, needs, resolve, reject });
      this.next();
    });
  }

  private next(): void {
    if (this.waiting.length === 0 || this.running >= this.options.transactions) return;
    if (this.pace?.postpone(() => this.next())) return;
    const group = this.takeGroup();
    if (group.length === 0) return;
    this.running += 1;
    const ended = this.pace?.start();
    const keys = new Set(group.map(({ key }) => key));
    for (const key of keys) this.keys.add(key);
    void this.settle(group).finally(() => {
      ended?.();
      this.running -= 1;
      for (const key of keys) this.keys.delete(key);
      this.next();
    });
  }

  /** The oldest pieces whose keys nobody works on: the others would only wait for a lock, with all that share their transaction. */
  private takeGroup(): Waiting<S, N>[] {
    const group: Waiting<S, N>[] = [];
    const later: Waiting<S, N>[] = [];
    for (const piece of this.waiting) {
      if (group.length < this.options.pieces && !this.keys.has(piece.key)) group.push(piece);
      else later.push(piece);
    }
    this.waiting = later;
    return group;
  }

  private async settle(group: readonly Waiting<S, N>[]): Promise<void> {
    try {
      await this.together(group);
    } catch (error) {
      if (group.length === 1 || error instanceof DatabaseOutage) for (const one of group) one.reject(error);
      else for (const one of group) await this.settle([one]);
    }
  }

  private async together(group: readonly Waiting<S, N>[]): Promise<void> {
    // Sorting keeps the order of pieces with the same key.
    const sorted = group.toSorted((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0));
    const needs = sorted.flatMap((piece) => (piece.needs === undefined ? [] : [piece.needs]));
    const results = await this.database.run(async (tx) => {
      if (needs.length > 0) await this.options.prepare?.(tx, needs);
      const done: unknown[] = [];
      for (const { work } of sorted) done.push(await work(tx));
      return done;
    });
    for (const [index, { resolve }] of sorted.entries()) resolve(results[index] as never);
  }
}
