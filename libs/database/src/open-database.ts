import { sql } from 'kysely';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';
import { createConnectionPool } from './connection-pool';
import type { Database } from './database';
import { observeDatabase } from './database-metrics';
import { TransactionRunner } from './transaction-runner';

const DEFAULT_POOL_SIZE = 10;
const DEFAULT_STATEMENT_TIMEOUT_MS = 15_000;

export interface OpenDatabaseOptions {
  /** A `postgres://` URL. Never logged. */
  readonly url: string;
  /** The service's name: seen in `pg_stat_activity`, and the `producer` of its messages. */
  readonly applicationName: string;
  /** Connections at most; 10 unless told. */
  readonly poolSize?: number;
  readonly logger: Logger;
  readonly metrics?: MetricsRegistry;
  /** The longest any statement may take; 15 s unless told, 0 is no limit. */
  readonly statementTimeoutMs?: number;
  /** How much longer a silent server is waited for before its connection is closed; 5 s unless told. */
  readonly answerGraceMs?: number;
  /** False behind a pooler that gives each transaction another connection and does not know prepared statements. */
  readonly prepareStatements?: boolean | undefined;
  /** The schema whose outbox `emit` writes into; without it `emit` throws. */
  readonly outboxSchema?: string;
}

/** Opens a pool lazily: nothing is connected until the first statement. */
export function openDatabase<S>(options: OpenDatabaseOptions): Database<S> {
  const { logger, applicationName, outboxSchema } = options;
  const { sql: kysely, pool } = createConnectionPool<S>({
    url: options.url,
    applicationName,
    poolSize: options.poolSize ?? DEFAULT_POOL_SIZE,
    prepareStatements: options.prepareStatements,
    statementTimeoutMs: options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS,
    ...(options.answerGraceMs === undefined ? {} : { answerGraceMs: options.answerGraceMs }),
    onConnectionError: (error) => logger.warn({ err: error }, 'A database connection was lost'),
  });
  const observed = observeDatabase(options.metrics, pool);
  const target = { producer: applicationName, schema: outboxSchema };
  const runner = new TransactionRunner<S>(kysely, target, logger, observed.retried);
  let closing: Promise<void> | undefined;
  return {
    sql: kysely,
    run: (work) => runner.run(work),
    onEmitted: (listener) => runner.onEmitted(listener),
    ping: async () => {
      await sql`select 1`.execute(kysely);
    },
    close: () => (closing ??= kysely.destroy()),
  };
}
