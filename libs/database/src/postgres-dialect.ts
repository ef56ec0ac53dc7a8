import { CompiledQuery, PostgresDialect, PostgresDriver, type DatabaseConnection, type Driver } from 'kysely';
import type { PostgresDialectConfig, TransactionSettings } from 'kysely';

export interface TransactionLimits {
  /** 0 is no limit. */
  readonly statementTimeoutMs: number;
  readonly idleInTransactionMs: number;
}

/**
 * Where a connection came without limits (a transaction-pooling PgBouncer refuses them as startup parameters), sets them with the
 * `begin` itself: one round trip, and nothing outlives the transaction. Otherwise a `begin` is only that: the connection has them.
 */
class LimitedDriver extends PostgresDriver {
  readonly #limits: string;
  readonly #needsLimits: () => boolean;

  constructor(config: PostgresDialectConfig, limits: TransactionLimits, needsLimits: () => boolean) {
    super(config);
    const timeout = Math.max(0, Math.trunc(limits.statementTimeoutMs));
    this.#limits = `set local statement_timeout = ${timeout}; set local idle_in_transaction_session_timeout = ${limits.idleInTransactionMs}`;
    this.#needsLimits = needsLimits;
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    settings: TransactionSettings,
  ): Promise<void> {
    if (!this.#needsLimits()) return super.beginTransaction(connection, settings);
    if (settings.isolationLevel !== undefined || settings.accessMode !== undefined) {
      await super.beginTransaction(connection, settings);
      await connection.executeQuery(CompiledQuery.raw(this.#limits));
      return;
    }
    await connection.executeQuery(CompiledQuery.raw(`begin; ${this.#limits}`));
  }
}

export class LimitedPostgresDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  readonly #limits: TransactionLimits;
  readonly #needsLimits: () => boolean;

  constructor(config: PostgresDialectConfig, limits: TransactionLimits, needsLimits: () => boolean) {
    super(config);
    this.#config = config;
    this.#limits = limits;
    this.#needsLimits = needsLimits;
  }

  override createDriver(): Driver {
    return new LimitedDriver(this.#config, this.#limits, this.#needsLimits);
  }
}
