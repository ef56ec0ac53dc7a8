import { setTimeout as delay } from 'node:timers/promises';
import type { ControlledTransaction, Kysely } from 'kysely';
import { AppError, backoffMs, type RetryPolicy } from '@shotloom/kernel';
import { inSpan, type Logger } from '@shotloom/service-kit';
import type { UnitOfWork } from './database';
import { classifyPostgresFailure, type PostgresFailure } from './postgres-errors';
import { NotCommitted, sendTogether, type Sendable } from './several';
import { BufferedUnitOfWork, type OutboxTarget } from './unit-of-work';

const RETRY: RetryPolicy = { maxAttempts: 5, baseMs: 15, factor: 3, maxMs: 1_000, jitter: 0.6 };

const POSTGRES = { 'db.system.name': 'postgresql' };

/** Whatever the work was, it could not be done now, or it is not known whether it was. */
export class DatabaseOutage extends AppError {
  constructor(message: string, options: { readonly cause: unknown; readonly outcome?: 'unknown' }) {
    super('unavailable', message, { retryable: true, ...options });
  }
}

/** The commit was sent and no answer came: never tried again here, since it may have happened. */
class CommitUnanswered extends DatabaseOutage {
  constructor(cause: unknown) {
    const message =
      'The database did not answer the commit: look up whether the change is there before trying again.';
    super(message, { outcome: 'unknown', cause });
  }
}

/** Runs work in transactions, with the retries that `Database.run` promises. */
export class TransactionRunner<S> {
  readonly #sql: Kysely<S>;
  readonly #target: OutboxTarget;
  readonly #logger: Logger;
  readonly #retried: (reason: string) => void;
  readonly #listeners = new Set<(partitions: readonly number[]) => void>();

  constructor(sql: Kysely<S>, target: OutboxTarget, logger: Logger, retried: (reason: string) => void) {
    this.#sql = sql;
    this.#target = target;
    this.#logger = logger;
    this.#retried = retried;
  }

  onEmitted(listener: (partitions: readonly number[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** One span for all that goes to and fro, since statements are many and small. */
  run<T>(work: (tx: UnitOfWork<S>) => Promise<T>): Promise<T> {
    return inSpan('transaction', { kind: 'client', attributes: POSTGRES }, () => this.#run(work));
  }

  async #run<T>(work: (tx: UnitOfWork<S>) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#try(work);
      } catch (error) {
        if (error instanceof CommitUnanswered) throw error;
        const failure = classifyPostgresFailure(error);
        if (failure === 'other') throw error;
        if (failure === 'exhausted' || attempt >= RETRY.maxAttempts) throw unavailable(failure, error);
        this.#retried(failure);
        await delay(backoffMs(RETRY, attempt));
      }
    }
  }

  async #try<T>(work: (tx: UnitOfWork<S>) => Promise<T>): Promise<T> {
    const trx = await this.#sql.startTransaction().execute();
    const unit = new BufferedUnitOfWork<S>(trx, this.#target);
    let result: T;
    let last: readonly Sendable[];
    try {
      result = await work(unit);
      last = await unit.flush();
    } catch (error) {
      await this.#rollback(trx);
      throw error;
    }
    await this.#commit(trx, last);
    this.#follow(unit);
    return result;
  }

  async #commit(trx: ControlledTransaction<S>, last: readonly Sendable[]): Promise<void> {
    try {
      if (last.length > 0) await sendTogether(trx, last, true);
      // After a commit that went with the last statements this only frees the connection.
      await trx.commit().execute();
    } catch (error) {
      await this.#rollback(trx);
      if (error instanceof NotCommitted) throw error.cause;
      // An answer from the server that is not about the connection is a clear no; silence may be a yes.
      throw classifyPostgresFailure(error) === 'connection' ? new CommitUnanswered(error) : error;
    }
  }

  async #rollback(trx: ControlledTransaction<S>): Promise<void> {
    try {
      await trx.rollback().execute();
    } catch (error) {
      // The connection is gone or was thrown away with the transaction: the server rolls back by itself.
      this.#logger.debug({ err: error }, 'A rollback got no answer');
    }
  }

  #follow(unit: BufferedUnitOfWork<S>): void {
    const { partitions } = unit;
    const wakeUps = partitions.length === 0 ? [] : [...this.#listeners].map((wake) => () => wake(partitions));
    for (const action of [...wakeUps, ...unit.actions]) {
      try {
        action();
      } catch (error) {
        this.#logger.error({ err: error }, 'An action after a commit failed');
      }
    }
  }
}

function unavailable(failure: Exclude<PostgresFailure, 'other'>, cause: unknown): AppError {
  const why = {
    conflict: 'Too many others are changing the same rows',
    connection: 'The database cannot be reached',
    exhausted: 'All database connections are in use',
  }[failure];
  const message = `${why}: try again shortly.`;
  return failure === 'conflict'
    ? new AppError('unavailable', message, { retryable: true, cause })
    : new DatabaseOutage(message, { cause });
}
