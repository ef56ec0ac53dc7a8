import type { Transaction } from 'kysely';
import { AppError } from '@shotloom/kernel';
import type { MessageContract } from '@shotloom/contracts';
import type { GatheredWrite, OutboxMessage, UnitOfWork } from './database';
import { sendTogether, type ResultsOf, type Sendable } from './several';
import { insertOutboxRows, toOutboxRow, type OutboxRow } from './outbox-writer';

/** Who writes messages, and into which schema's outbox. */
export interface OutboxTarget {
  readonly producer: string;
  readonly schema: string | undefined;
}

/** Collects messages and follow-ups of one try of a transaction. */
export class BufferedUnitOfWork<S> implements UnitOfWork<S> {
  readonly sql: Transaction<S>;
  readonly #target: OutboxTarget;
  readonly #rows: OutboxRow[] = [];
  readonly #actions: (() => void)[] = [];
  readonly #gathered = new Map<GatheredWrite<S, never>, unknown[]>();
  readonly #last: Sendable[] = [];
  #open = true;

  constructor(sql: Transaction<S>, target: OutboxTarget) {
    this.sql = sql;
    this.#target = target;
  }

  emit<C extends MessageContract>(message: OutboxMessage<C>): void {
    this.#assertOpen('emit');
    if (this.#target.schema === undefined) {
      throw new AppError('internal', 'This database has no outbox: give `outboxSchema` to openDatabase.');
    }
    this.#rows.push(toOutboxRow(message, this.#target.producer));
  }

  gather<I>(write: GatheredWrite<S, I>, item: I): void {
    this.#assertOpen('gather');
    const items = this.#gathered.get(write) ?? [];
    items.push(item);
    this.#gathered.set(write, items);
  }

  together<const Q extends readonly Sendable[]>(queries: Q): Promise<ResultsOf<Q>> {
    return sendTogether(this.sql, queries);
  }

  atCommit(query: Sendable): void {
    this.#assertOpen('atCommit');
    this.#last.push(query);
  }

  afterCommit(action: () => void): void {
    this.#assertOpen('afterCommit');
    this.#actions.push(action);
  }

  /** Writes what was gathered, and returns what goes with the commit, the buffered messages last; nothing may be added afterwards. */
  async flush(): Promise<readonly Sendable[]> {
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      await next.write(this, next.items as never[]);
    }
    this.#open = false;
    if (this.#target.schema === undefined || this.#rows.length === 0) return this.#last;
    return [...this.#last, insertOutboxRows(this.#target.schema, this.#rows)];
  }

  #take(): { write: GatheredWrite<S, never>; items: unknown[] } | undefined {
    const [first] = this.#gathered;
    if (first === undefined) return undefined;
    this.#gathered.delete(first[0]);
    return { write: first[0], items: first[1] };
  }

  get actions(): readonly (() => void)[] {
    return this.#actions;
  }

  /** The outbox lanes that this transaction wrote into. */
  get partitions(): readonly number[] {
    return [...new Set(this.#rows.map((row) => row.partition))];
  }

  #assertOpen(what: string): void {
    if (!this.#open)
      throw new AppError('internal', `${what} was called after the transaction's work had ended.`);
  }
}
