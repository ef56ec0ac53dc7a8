import { CompiledQuery, PostgresDialect, PostgresDriver, type DatabaseConnection, type Driver } from 'kysely';
import type { PostgresDialectConfig, TransactionSettings } from 'kysely';

/**
 * Sets the limits with the `begin` itself: one round trip, and nothing outlives the transaction. So they hold behind a
 * transaction-pooling PgBouncer too, which refuses such settings as startup parameters.
 */
class LimitedDriver extends PostgresDriver {
  readonly #limits: string;

  constructor(config: PostgresDialectConfig, statementTimeoutMs: number) {
    super(config);
    const timeout = Math.max(0, Math.trunc(statementTimeoutMs));
    this.#limits = `set local statement_timeout = ${timeout}; set local idle_in_transaction_session_timeout = 60000`;
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    settings: TransactionSettings,
  ): Promise<void> {
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
  readonly #statementTimeoutMs: number;

  constructor(config: PostgresDialectConfig, statementTimeoutMs: number) {
    super(config);
    this.#config = config;
    this.#statementTimeoutMs = statementTimeoutMs;
  }

  override createDriver(): Driver {
    return new LimitedDriver(this.#config, this.#statementTimeoutMs);
  }
}
