import { connectBus } from '@shotloom/bus';
import { Catalogue } from '@shotloom/contracts';
import { openDatabase, pendingMigrations } from '@shotloom/database';
import { systemClock } from '@shotloom/kernel';
import { ledgerMigrations } from '@shotloom/ledger';
import { openObjectStore } from '@shotloom/object-store';
import { loadConfig, runService, type ServiceContext } from '@shotloom/service-kit';
import { configSchema, objectStoreConfig, publicUrl, type Config } from './config';
import { createGatewayApp } from './gateway-app';
import { identityMigrations } from './identity/schema/migrations';
import type { IdentityTables } from './identity/schema/tables';

void runService({ name: 'gateway', loadConfig: () => loadConfig(configSchema), start });

/** Opened in this order and closed in the reverse: the door first, so that what is inside still has what it needs. */
async function start(context: ServiceContext<Config>): Promise<void> {
  const { config, logger, metrics, health, shutdown } = context;
  const database = openDatabase<IdentityTables>({
    url: config.DATABASE_URL,
    applicationName: 'gateway',
    poolSize: config.DATABASE_POOL,
    logger,
    metrics,
  });
  shutdown.add('database', () => database.close());
  const bus = await connectBus({
    url: config.NATS_URL,
    name: 'gateway',
    logger,
    metrics,
    ...(config.NATS_USER === undefined ? {} : { user: config.NATS_USER }),
    ...(config.NATS_PASSWORD === undefined ? {} : { password: config.NATS_PASSWORD }),
  });
  shutdown.add('bus', () => bus.drain());
  const objectStore = openObjectStore(objectStoreConfig(config));
  // Whoever comes first makes it; without a store we start all the same, and are not ready until there is one.
  await objectStore
    .ensureBucket()
    .catch((error: unknown) => logger.warn({ err: error }, 'the bucket cannot be made now'));
  health.add('nats', () => bus.ping());
  health.add('database', migrationsApplied(database));
  health.add('object_store', () => objectStore.ping());
  const app = await createGatewayApp({
    config,
    logger,
    metrics,
    health,
    bus,
    database,
    objectStore,
    catalogue: new Catalogue(new Set(config.PROVIDERS_ENABLED)),
    clock: systemClock,
  });
  shutdown.add('http', () => app.close());
  await app.listen(config.PORT, config.HOST);
  logger.info({ publicUrl: publicUrl(config) }, 'the door is open');
}

/** Migrations never go back, so once all are there a ping is enough. */
function migrationsApplied(database: ReturnType<typeof openDatabase<IdentityTables>>): () => Promise<void> {
  let applied = false;
  return async () => {
    if (applied) return database.ping();
    const pending = await pendingMigrations(database, [identityMigrations, ledgerMigrations]);
    if (pending.length > 0)
      throw new Error(`Migrations are missing: ${pending.join(', ')}. Run dist/migrate.js.`);
    applied = true;
  };
}
