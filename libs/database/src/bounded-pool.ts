import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { isStalePlan, type StatementNames } from './statement-names';

/** The server's own limit comes first, so that its answer is seen; only silence gets this far. */
const ANSWER_GRACE_MS = 5_000;
const PROTOCOL_VIOLATION = '08P01';

/**
 * A pool whose statements all end. The server is told the limit when a connection starts; a pooler that takes no such
 * parameter (PgBouncer) gets connections without it, and then the role's own `statement_timeout` is the limit outside
 * a transaction. Where no answer comes at all, the connection is given up.
 */
export class BoundedPool implements PostgresPool {
  readonly #pool: Pool;
  readonly #answerMs: number | undefined;
  readonly #names: StatementNames;
  #limitsPerTransaction = false;

  constructor(pool: Pool, names: StatementNames, statementTimeoutMs: number, graceMs = ANSWER_GRACE_MS) {
    this.#pool = pool;
    this.#names = names;
    this.#answerMs = statementTimeoutMs > 0 ? statementTimeoutMs + graceMs : undefined;
  }

  get options(): object {
    return this.#pool.options;
  }

  async connect(): Promise<PostgresPoolClient> {
    return new BoundedClient(await this.#acquire(), this.#names, this.#answerMs);
  }

  /** Whether connections came without the limits, so that each transaction has to set them. */
  get limitsPerTransaction(): boolean {
    return this.#limitsPerTransaction;
  }

  end(): Promise<void> {
    return this.#pool.end();
  }

  async #acquire(): Promise<PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      if (!refusesTheLimit(error)) throw error;
      // A pooler then, which may give each transaction another connection of the server's.
      this.#names.disable();
      this.#limitsPerTransaction = true;
      this.#pool.options.statement_timeout = false;
      this.#pool.options.idle_in_transaction_session_timeout = undefined;
      return this.#pool.connect();
    }
  }
}

function refusesTheLimit(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === PROTOCOL_VIOLATION && error.message.includes('startup parameter');
}

/** One checked-out connection, closed as soon as a statement got no answer: what it would answer next is not ours. */
class BoundedClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  readonly #names: StatementNames;
  readonly #answerMs: number | undefined;
  #lost: Error | undefined;

  constructor(client: PoolClient, names: StatementNames, answerMs: number | undefined) {
    this.#client = client;
    this.#names = names;
    this.#answerMs = answerMs;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    what: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof what !== 'string') return (this.#client as PostgresPoolClient).query(what);
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return this.#send<R>(what, parameters);
  }

  release(destroy?: boolean): void {
    if (this.#lost === undefined) this.#client.release(destroy);
  }

  async #send<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const name = parameterised(values) ? this.#names.nameOf(text) : undefined;
    try {
      return await this.#ask<R>(name, text, values);
    } catch (error) {
      if (!isStalePlan(error)) throw error;
      // A migration went by. Outside a transaction the statement simply runs again; inside, the transaction is tried again.
      this.#names.renew();
      return this.#ask<R>(this.#names.nameOf(text), text, values).catch(() => Promise.reject(error as Error));
    }
  }

  #ask<R>(
    name: string | undefined,
    text: string,
    values: readonly unknown[],
  ): Promise<PostgresQueryResult<R>> {
    const query = { text, values: [...values], ...(name === undefined ? {} : { name }) };
    const answer = this.#client.query(query) as unknown as Promise<PostgresQueryResult<R>>;
    return this.#answerMs === undefined ? answer : this.#answered(answer, this.#answerMs);
  }

  #answered<T>(answer: Promise<T>, answerMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        // The code of a socket that timed out, since it means the same to whoever decides about another try.
        const message = `The database did not answer within ${answerMs} ms; the connection was closed.`;
        this.#lost = Object.assign(new Error(message), { code: 'ETIMEDOUT' });
        this.#client.release(true);
        reject(this.#lost);
      };
      const timer = setTimeout(giveUp, answerMs);
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}

/** Without parameters it may be several statements in one text, which cannot be prepared. */
function parameterised(values: readonly unknown[]): boolean {
  return values.length > 0;
}
