import type { Kysely, Transaction } from 'kysely';
import type { MessageContract, PayloadOf } from '@shotloom/contracts';
import type { ResultsOf, Sendable } from './several';

/** One Postgres database as a service sees it: `S` are the tables it may name. */
export interface Database<S> {
  /** Single statements outside a transaction. */
  readonly sql: Kysely<S>;
  /**
   * One transaction (READ COMMITTED). The work may run several times: deadlocks (40P01), serialization failures
   * (40001) and connections lost before the commit was sent are tried up to 5 times in all, so it must change
   * nothing but the database. A commit whose answer was lost is `AppError('unavailable')` with outcome `unknown`.
   */
  run<T>(work: (tx: UnitOfWork<S>) => Promise<T>): Promise<T>;
  /**
   * Tells which outbox partitions got rows, right after each commit of this process. Returns the way to unsubscribe.
   * The relay listens here; other replicas' rows are found by its sweep.
   */
  onEmitted(listener: (partitions: readonly number[]) => void): () => void;
  /** Resolves when the database answers; rejects otherwise. For health checks. */
  ping(): Promise<void>;
  /** Waits for running work, then closes the pool. May be called twice. */
  close(): Promise<void>;
}

/** Writes what was gathered. Named once and given by reference: it is what items are gathered by. */
export type GatheredWrite<S, I> = (tx: UnitOfWork<S>, items: readonly I[]) => Promise<void>;

/** What one transaction can do. */
export interface UnitOfWork<S> {
  readonly sql: Transaction<S>;
  /**
   * Buffers a message; all go into the outbox with one insert just before the commit, in the order of the calls.
   * Throws `AppError('internal')` at once when the payload breaks its contract.
   */
  emit<C extends MessageContract>(message: OutboxMessage<C>): void;
  /**
   * Gathers items for one call of `write` just before the commit, so that what many parts of a transaction have to write is one
   * statement. `write` gets them in the order of the calls, and may `emit`.
   */
  gather<I>(write: GatheredWrite<S, I>, item: I): void;
  /**
   * Runs statements one after the other in one round trip, and gives their results in the same order. For statements that do not
   * need each other's answers; the first that fails is thrown, and the transaction cannot go on.
   */
  together<const Q extends readonly Sendable[]>(queries: Q): Promise<ResultsOf<Q>>;
  /** Sends a statement whose answer nobody needs with the commit itself, in the order of the calls; where it fails nothing is committed. */
  atCommit(query: Sendable): void;
  /** Runs only if the transaction committed. What it throws is logged: the commit cannot be taken back. */
  afterCommit(action: () => void): void;
}

/** A message that follows from a database change. */
export interface OutboxMessage<C extends MessageContract> {
  readonly contract: C;
  readonly payload: PayloadOf<C>;
  readonly subject: string;
  /**
   * Messages of one key are published in the order they were written, provided that their transactions were
   * ordered by a row lock (the job's row, for example), and that they have one `correlationId`.
   */
  readonly partitionKey: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
