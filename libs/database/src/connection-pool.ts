import { Kysely } from 'kysely';
import { Pool, types, type CustomTypesConfig } from 'pg';
import { BoundedPool } from './bounded-pool';
import { LimitedPostgresDialect } from './postgres-dialect';
import { StatementNames } from './statement-names';

const INT8 = 20;
const DATE = 1082;
const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 10_000;
/** A transaction whose work has stopped must not hold its locks for long. */
const IDLE_IN_TRANSACTION_MS = 60_000;

export interface PoolOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly poolSize: number;
  /** 0 is no limit, on either side. */
  readonly statementTimeoutMs: number;
  /** How much longer than that an answer may take; five seconds unless told. */
  readonly answerGraceMs?: number;
  /** Whether statements that run often are prepared; true unless told. */
  readonly prepareStatements?: boolean | undefined;
  readonly onConnectionError: (error: Error) => void;
}

/**
 * `bigint` comes back as a number (a value past 2^53 throws instead of being rounded) and `date` as its text, since
 * pg would make it midnight of the machine's own zone.
 */
const typeParsers: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
    if (oid === INT8) return parseInt8;
    if (oid === DATE) return String;
    return format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid, 'text');
  },
};

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`A bigint is too large for a number: ${text}`);
  return value;
}

export interface ConnectionPool<S> {
  readonly sql: Kysely<S>;
  readonly pool: Pool;
}

export function createConnectionPool<S>(options: PoolOptions): ConnectionPool<S> {
  const pool = new Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: typeParsers,
    // Statements that are sent together leave together; see several.ts.
    pipeline: true,
    ...(options.statementTimeoutMs > 0 ? { statement_timeout: Math.trunc(options.statementTimeoutMs) } : {}),
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  });
  // A connection that dies emits `error` even while it is checked out; without a listener that ends the process.
  pool.on('error', options.onConnectionError);
  pool.on('connect', (client) => client.on('error', options.onConnectionError));
  const names = new StatementNames(options.prepareStatements ?? true);
  const bounded = new BoundedPool(pool, names, options.statementTimeoutMs, options.answerGraceMs);
  const dialect = new LimitedPostgresDialect(
    { pool: bounded },
    { statementTimeoutMs: options.statementTimeoutMs, idleInTransactionMs: IDLE_IN_TRANSACTION_MS },
    () => bounded.limitsPerTransaction,
  );
  return { sql: new Kysely<S>({ dialect }), pool };
}
