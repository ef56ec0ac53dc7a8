import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { connectBus, JetStreamStrategy, type Bus } from '@shotloom/bus';
import {
  describeAssetsRpc,
  mediaDeleteConsumer,
  mediaIngestConsumer,
  mediaPosterConsumer,
  registerUploadRpc,
} from '@shotloom/contracts';
import { openDatabase, OutboxRelay, pendingMigrations, type Database } from '@shotloom/database';
import { openObjectStore, type ObjectStore } from '@shotloom/object-store';
import { NestLogger, type ServiceContext } from '@shotloom/service-kit';
import { AppModule } from './app.module';
import type { Storage } from './app.tokens';
import type { Config } from './config';
import { startMediaServer } from './media-http/media-server';
import { createStorageMetrics } from './metrics';
import { toStoreConfig } from './object-store/store-config';
import { mediaMigrations, SCHEMA } from './schema/migrations';
import type { MediaTables } from './schema/tables';
import { Sweeper } from './sweep/sweeper';

type Context = ServiceContext<Config>;

/** Builds the service from its parts and starts them; each registers how it stops, the last first. */
export async function startStorage(context: Context): Promise<void> {
  const { config, logger, shutdown } = context;
  const bus = await connect(context);
  const database = openMedia(context);
  const store = await openStore(context);
  const relay = new OutboxRelay({
    database,
    schema: SCHEMA,
    publish: (subject, envelope, headers) => bus.publishEnvelope(subject, envelope, headers),
    logger,
    metrics: context.metrics,
  });
  relay.start();
  shutdown.add('outbox', () => relay.stop());
  const storage = { config, database, store, logger, metrics: createStorageMetrics(context.metrics) };
  const sweeper = new Sweeper(storage, {
    intervalMs: config.SWEEP_INTERVAL_MS,
    orphanAgeMs: config.ORPHAN_AGE_MS,
  });
  sweeper.start();
  shutdown.add('sweeper', () => sweeper.stop());
  await listen(context, bus, storage);
  const media = await startMediaServer(store, config.PORT, config.HOST);
  shutdown.add('media', () => media.close());
  logger.info({ port: media.port, objectStore: store.kind }, 'media is served');
}

async function connect({ config, logger, metrics, name, health, shutdown }: Context): Promise<Bus> {
  const bus = await connectBus({
    url: config.NATS_URL,
    name,
    logger,
    metrics,
    ...(config.NATS_USER === undefined ? {} : { user: config.NATS_USER }),
    ...(config.NATS_PASSWORD === undefined ? {} : { password: config.NATS_PASSWORD }),
  });
  shutdown.add('bus', () => bus.drain());
  health.add('nats', () => bus.ping());
  return bus;
}

function openMedia({ config, logger, metrics, name, health, shutdown }: Context): Database<MediaTables> {
  const database = openDatabase<MediaTables>({
    url: config.DATABASE_URL,
    applicationName: name,
    poolSize: config.DATABASE_POOL,
    outboxSchema: SCHEMA,
    logger,
    metrics,
  });
  shutdown.add('database', () => database.close());
  health.add('database', async () => {
    const pending = await pendingMigrations(database, [mediaMigrations]);
    if (pending.length > 0)
      throw new Error(`migrations are missing: ${pending.join(', ')}; run the migrate job`);
  });
  return database;
}

async function openStore({ config, health }: Context): Promise<ObjectStore> {
  const store = openObjectStore(toStoreConfig(config));
  await store.ensureBucket();
  health.add('object store', () => store.ping());
  return store;
}

async function listen({ config, logger, shutdown }: Context, bus: Bus, storage: Storage): Promise<void> {
  const strategy = new JetStreamStrategy(bus, {
    consumers: [mediaIngestConsumer, mediaDeleteConsumer, mediaPosterConsumer],
    rpcs: [registerUploadRpc, describeAssetsRpc],
    concurrency: {
      [mediaIngestConsumer.durable]: config.INGEST_CONCURRENCY,
      [mediaPosterConsumer.durable]: config.POSTER_CONCURRENCY,
    },
  });
  const app = await NestFactory.createMicroservice(AppModule.with(storage), {
    strategy,
    logger: new NestLogger(logger),
  });
  await app.listen();
  shutdown.add('messages', () => app.close());
}
