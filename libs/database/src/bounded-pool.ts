import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { Pool } from 'pg';

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

  constructor(pool: Pool, statementTimeoutMs: number, graceMs = ANSWER_GRACE_MS) {
    this.#pool = pool;
    this.#answerMs = statementTimeoutMs > 0 ? statementTimeoutMs + graceMs : undefined;
  }

  get options(): object {
    return this.#pool.options;
  }

  async connect(): Promise<PostgresPoolClient> {
    const client = await this.#acquire();
    return this.#answerMs === undefined ? client : new BoundedClient(client, this.#answerMs);
  }

  end(): Promise<void> {
    return this.#pool.end();
  }

  async #acquire(): Promise<PostgresPoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      if (!refusesTheLimit(error)) throw error;
      this.#pool.options.statement_timeout = false;
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
  readonly #client: PostgresPoolClient;
  readonly #answerMs: number;
  #lost: Error | undefined;

  constructor(client: PostgresPoolClient, answerMs: number) {
    this.#client = client;
    this.#answerMs = answerMs;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    what: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof what !== 'string') return this.#client.query(what);
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    return this.#answered(this.#client.query<R>(what, parameters));
  }

  release(destroy?: boolean): void {
    if (this.#lost === undefined) this.#client.release(destroy);
  }

  #answered<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        // The code of a socket that timed out, since it means the same to whoever decides about another try.
        const message = `The database did not answer within ${this.#answerMs} ms; the connection was closed.`;
        this.#lost = Object.assign(new Error(message), { code: 'ETIMEDOUT' });
        this.#client.release(true);
        reject(this.#lost);
      };
      const timer = setTimeout(giveUp, this.#answerMs);
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}
