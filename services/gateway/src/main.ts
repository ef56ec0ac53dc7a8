import { openServiceBus } from '@shotloom/bus';
import { Catalogue } from '@shotloom/contracts';
import { openServiceDatabase, OutboxRelay } from '@shotloom/database';
import { systemClock } from '@shotloom/kernel';
import { ledgerMigrations } from '@shotloom/ledger';
import { objectStoreConfigFromEnv, openObjectStore } from '@shotloom/object-store';
import { loadConfig, runService, type ServiceContext } from '@shotloom/service-kit';
import { configSchema, publicUrl, type Config } from './config';
import { createGatewayApp } from './gateway-app';
import { identityMigrations } from './identity/schema/migrations';
import type { IdentityTables } from './identity/schema/tables';

void runService({ name: 'gateway', loadConfig: () => loadConfig(configSchema), start });

/** Opened in this order and closed in the reverse: the door first, so that what is inside still has what it needs. */
async function start(context: ServiceContext<Config>): Promise<void> {
  const { config, logger, metrics, health, shutdown } = context;
  const database = openServiceDatabase<IdentityTables>(context, {
    migrations: [identityMigrations, ledgerMigrations],
    outboxSchema: identityMigrations.schema,
  });
  const bus = await openServiceBus(context);
  const relay = new OutboxRelay({
    database,
    schema: identityMigrations.schema,
    publish: (subject, envelope, headers) => bus.publishEnvelope(subject, envelope, headers),
    logger,
    metrics,
  });
  relay.start();
  shutdown.add('outbox', () => relay.stop());
  const objectStore = openObjectStore(objectStoreConfigFromEnv(config));
  // Whoever comes first makes it; without a store we start all the same, and are not ready until there is one.
  await objectStore
    .ensureBucket()
    .catch((error: unknown) => logger.warn({ err: error }, 'the bucket cannot be made now'));
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
