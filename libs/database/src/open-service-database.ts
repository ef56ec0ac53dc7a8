import type { BaseConfig, ServiceContext } from '@shotloom/service-kit';
import type { Database } from './database';
import { pendingMigrations } from './migrate';
import type { MigrationSet } from './migration-set';
import { openDatabase } from './open-database';

/** What a service with a database reads from its environment. */
export interface DatabaseConfig extends BaseConfig {
  readonly DATABASE_URL: string;
  /** Connections at most. */
  readonly DATABASE_POOL: number;
  /** False behind a transaction-pooling PgBouncer older than 1.21; one that refuses startup parameters is noticed by itself. */
  readonly DATABASE_PREPARE: boolean;
}

export interface ServiceDatabaseOptions {
  /** Not ready before all of these are applied. */
  readonly migrations: readonly MigrationSet[];
  /** The schema whose outbox `emit` writes into. */
  readonly outboxSchema?: string;
}

/** The database of a service: opened as its environment says, part of its readiness, closed when it stops. */
export function openServiceDatabase<S>(
  context: ServiceContext<DatabaseConfig>,
  { migrations, outboxSchema }: ServiceDatabaseOptions,
): Database<S> {
  const { config, logger, metrics, name, health, shutdown } = context;
  const database = openDatabase<S>({
    url: config.DATABASE_URL,
    applicationName: name,
    poolSize: config.DATABASE_POOL,
    logger,
    metrics,
    prepareStatements: config.DATABASE_PREPARE,
    ...(outboxSchema === undefined ? {} : { outboxSchema }),
  });
  shutdown.add('database', () => database.close());
  health.add('database', migrationsApplied(database, migrations));
  return database;
}

/** Migrations never go back, so once all are there a ping is enough. */
function migrationsApplied<S>(database: Database<S>, sets: readonly MigrationSet[]): () => Promise<void> {
  let applied = false;
  return async () => {
    if (applied) return database.ping();
    const pending = await pendingMigrations(database, sets);
    if (pending.length > 0)
      throw new Error(`Migrations are missing: ${pending.join(', ')}. Run dist/migrate.js.`);
    applied = true;
  };
}
