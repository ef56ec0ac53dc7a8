import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { BoundedClient } from './bounded-client';
import type { StatementNames } from './statement-names';

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
