import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { openServiceBus, RetryLater, type Bus } from '@shotloom/bus';
import { JetStreamStrategy } from '@shotloom/bus/nest';
import {
  appendUploadRpc,
  completeUploadRpc,
  deleteUploadRpc,
  getUploadRpc,
  importUrlRpc,
  mediaDeleteConsumer,
  mediaImportConsumer,
  mediaIngestConsumer,
  mediaPosterConsumer,
  mediaRenditionsConsumer,
  openUploadRpc,
  retentionConsumer,
  storageUsageRpc,
} from '@shotloom/contracts';
import { openServiceDatabase, OutboxRelay } from '@shotloom/database';
import { objectStoreConfigFromEnv, openObjectStore, type ObjectStore } from '@shotloom/object-store';
import { NestLogger, type ServiceContext } from '@shotloom/service-kit';
import { AppModule } from './app.module';
import type { Storage } from './app.tokens';
import { ASSET_RPCS } from './assets/assets.controller';
import type { Config } from './config';
import { GuardedFetcher } from '@shotloom/guarded-http';
import { GALLERY_RPCS } from './gallery/gallery.controller';
import { openIngestQueues } from './ingest/ingest-queues';
import { QuietMoment } from './ingest/quiet-moment';
import { startMediaServer } from './media-http/media-server';
import { createStorageMetrics, watchOpenUploads } from './metrics';
import { PosterQueue, POSTERS_PER_RUN } from './posters/poster-queue';
import { RenditionMaker } from './renditions/rendition-maker';
import { mediaMigrations, SCHEMA } from './schema/migrations';
import type { MediaTables } from './schema/tables';
import { SHARING_RPCS } from './sharing/sharing.controller';
import { Sweeper } from './sweep/sweeper';

/** Without a byte from the server of a user's URL. */
const IMPORT_IDLE_MS = 15_000;

type Context = ServiceContext<Config>;

const RPCS = [
  ...ASSET_RPCS,
  openUploadRpc,
  importUrlRpc,
  appendUploadRpc,
  completeUploadRpc,
  getUploadRpc,
  deleteUploadRpc,
  storageUsageRpc,
  ...SHARING_RPCS,
  ...GALLERY_RPCS,
];

/**
 * Builds the service from its parts and starts them; each registers how it stops, the last first. So it stops taking
 * requests, then messages, then the sweep and the outbox, and what those use (bus, then database) goes after them.
 */
export async function startStorage(context: Context): Promise<void> {
  const { config, logger, shutdown } = context;
  // First, so that it closes last: whatever still runs when we stop may need it.
  const database = openServiceDatabase<MediaTables>(context, {
    migrations: [mediaMigrations],
    outboxSchema: SCHEMA,
  });
  const store = await openStore(context);
  const bus = await openServiceBus(context);
  const relay = new OutboxRelay({
    database,
    schema: SCHEMA,
    publish: (subject, envelope, headers) => bus.publishEnvelope(subject, envelope, headers),
    logger,
    metrics: context.metrics,
  });
  relay.start();
  shutdown.add('outbox', () => relay.stop());
  const metrics = createStorageMetrics(context.metrics);
  const ingests = openIngestQueues(database);
  const [fetcher, importer] = [createFetcher(config), createImporter(config)];
  const decorating = openDecorating({ database, store, logger, metrics }, config);
  const storage = {
    config,
    bus,
    database,
    ingests,
    ...decorating,
    store,
    fetcher,
    importer,
    logger,
    metrics,
  };
  watchOpenUploads(context.metrics, database);
  const sweeper = new Sweeper(storage, {
    intervalMs: config.SWEEP_INTERVAL_MS,
    orphanAgeMs: config.ORPHAN_AGE_MS,
    maxShare: config.ORPHAN_MAX_SHARE,
    restoreAccepted: config.RESTORE_ACCEPTED,
  });
  sweeper.start();
  shutdown.add('sweeper', () => sweeper.stop());
  await listen(context, bus, storage);
  const media = await startMediaServer(store, config.PORT, config.HOST);
  shutdown.add('media', () => media.close());
  logger.info({ port: media.port, objectStore: store.kind }, 'media is served');
}

async function openStore({ config, health }: Context): Promise<ObjectStore> {
  const store = openObjectStore(objectStoreConfigFromEnv(config));
  await store.ensureBucket();
  health.add('object store', () => store.ping());
  return store;
}

/** Guards the URLs that vendors gave us. */
export function createFetcher(
  config: Pick<Config, 'FETCH_ALLOW_PRIVATE' | 'INGEST_MAX_SECONDS'>,
): GuardedFetcher {
  return new GuardedFetcher({
    allow: config.FETCH_ALLOW_PRIVATE,
    totalMs: config.INGEST_MAX_SECONDS * 1_000,
  });
}

/**
 * The same for what users point to. They wait, and have no claim to a slow server being waited for; nor to what the operator lets vendors
 * reach, which may be all of a private network.
 */
export function createImporter(
  config: Pick<Config, 'IMPORT_ALLOW_PRIVATE' | 'IMPORT_MAX_SECONDS'>,
): GuardedFetcher {
  const totalMs = config.IMPORT_MAX_SECONDS * 1_000;
  const idleMs = Math.min(IMPORT_IDLE_MS, totalMs);
  return new GuardedFetcher({ allow: config.IMPORT_ALLOW_PRIVATE, totalMs, idleMs, headMs: idleMs });
}

async function listen({ config, logger, shutdown }: Context, bus: Bus, storage: Storage): Promise<void> {
  const strategy = new JetStreamStrategy(bus, {
    consumers: [
      mediaIngestConsumer,
      mediaImportConsumer,
      mediaDeleteConsumer,
      mediaPosterConsumer,
      mediaRenditionsConsumer,
      retentionConsumer,
    ],
    rpcs: RPCS,
    concurrency: {
      [mediaIngestConsumer.durable]: config.INGEST_CONCURRENCY,
      [mediaImportConsumer.durable]: config.IMPORT_CONCURRENCY,
      [mediaPosterConsumer.durable]: config.POSTER_CONCURRENCY * POSTERS_PER_RUN,
      // One at a time: each decodes a whole video.
      [mediaRenditionsConsumer.durable]: 1,
    },
  });
  const app = await NestFactory.createMicroservice(AppModule.with(storage), {
    strategy,
    logger: new NestLogger(logger),
  });
  await app.listen();
  shutdown.add('messages', () => app.close());
  // What still waits for a quiet moment comes again, to whoever takes it.
  shutdown.add('posters', () =>
    Promise.resolve(storage.quiet.stop(new RetryLater('The service is stopping.'))),
  );
}

type DecoratingConfig = Pick<
  Config,
  | 'POSTER_CONCURRENCY'
  | 'INGEST_CONCURRENCY'
  | 'RENDITIONS'
  | 'RENDITION_MAX_SECONDS'
  | 'RENDITION_TIMEOUT_SECONDS'
>;

/** What makes pictures of videos that are stored, and the quiet that it waits for. */
export function openDecorating(
  parts: Pick<Storage, 'database' | 'store' | 'logger' | 'metrics'>,
  config: DecoratingConfig,
): Pick<Storage, 'quiet' | 'posters' | 'renditions'> {
  const kinds = config.RENDITIONS;
  const quiet = new QuietMoment({ busyAbove: Math.floor(config.INGEST_CONCURRENCY / 4) });
  const wantsRenditions = kinds.length > 0;
  const posters = new PosterQueue({ ...parts, wantsRenditions }, { runs: config.POSTER_CONCURRENCY, quiet });
  const limits = {
    maxSeconds: config.RENDITION_MAX_SECONDS,
    timeoutMs: config.RENDITION_TIMEOUT_SECONDS * 1_000,
  };
  return { quiet, posters, renditions: new RenditionMaker(parts, { kinds, limits, quiet }) };
}
