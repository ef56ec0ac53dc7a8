import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { applyTopology, connectBus, type Bus } from '@shotloom/bus';
import {
  assetsInUseRpc,
  mediaDeleteConsumer,
  mediaImportConsumer,
  mediaFailedV1,
  mediaIngestConsumer,
  mediaPosterConsumer,
  mediaRenditionsConsumer,
  mediaResultsConsumer,
  mediaStoredV1,
  retentionConsumer,
  STREAMS,
  type RenderedObject,
} from '@shotloom/contracts';
import { migrate, openDatabase, type Database } from '@shotloom/database';
import { AppError, newId } from '@shotloom/kernel';
import { objectStoreConfigFromEnv, openObjectStore, type FileObjectStore } from '@shotloom/object-store';
import { createMetrics, HealthRegistry, loadConfig, Shutdown, type Logger } from '@shotloom/service-kit';
import { createTestDatabase, freePort, silentLogger, startNats } from '@shotloom/testing';
import type { Storage } from '../../src/app.tokens';
import { configSchema } from '../../src/config';
import type { IngestRequest } from '../../src/ingest/ingest';
import { openIngestQueues } from '../../src/ingest/ingest-queues';
import { createStorageMetrics } from '../../src/metrics';
import { mediaMigrations, SCHEMA } from '../../src/schema/migrations';
import type { MediaTables } from '../../src/schema/tables';
import { createFetcher, createImporter, openDecorating, startStorage } from '../../src/start-storage';
import type { Upload } from '../../src/uploads/register-upload';

/** Remembers in which order the steps were taken. */
export class ToldShutdown extends Shutdown {
  readonly taken: string[] = [];

  override add(name: string, stop: () => Promise<void>): void {
    super.add(name, async () => {
      await stop();
      this.taken.push(name);
    });
  }
}

/** What storage reported to job-orchestrator. */
export interface Report {
  readonly type: string;
  readonly attemptId: string;
  readonly assetId: string | undefined;
  readonly code: string | undefined;
  readonly retryable: boolean | undefined;
  /** Of the error's details. */
  readonly reason: unknown;
}

/** What job-orchestrator answers when it is asked what its jobs need. */
export interface JobsNow {
  /** Asset ids by the jobs that need them. */
  readonly needs: Map<string, readonly string[]>;
  away: boolean;
}

/** The whole service on real Postgres, NATS and a file store, with the parts to call its functions directly too. */
export interface Stage {
  readonly storage: Storage;
  readonly store: FileObjectStore;
  readonly database: Database<MediaTables>;
  readonly databaseUrl: string;
  readonly bus: Bus;
  readonly reports: Report[];
  readonly jobs: JobsNow;
  readonly ready: HealthRegistry;
  readonly mediaUrl: string;
  /** One more of the service on the same database, bus and files; call what it returns to stop it. */
  replica(): Promise<() => Promise<void>>;
  /** How the service itself stops; the stage's `stop` includes it. */
  readonly shutdown: ToldShutdown;
  stop(): Promise<void>;
}

export interface StageOptions {
  /** On top of the environment that every test needs. */
  readonly env?: Readonly<Record<string, string>>;
  readonly logger?: Logger;
}

export async function raiseStage({ env = {}, logger = silentLogger() }: StageOptions = {}): Promise<Stage> {
  const [nats, postgres, port] = [await startNats(), await createTestDatabase(), await freePort()];
  const path = await mkdtemp(join(tmpdir(), 'shotloom-storage-'));
  const mediaUrl = `http://127.0.0.1:${port}/media`;
  const config = loadConfig(configSchema, {
    NATS_URL: nats.url,
    DATABASE_URL: postgres.url,
    PORT: String(port),
    IMAGE_MAX_PIXELS: '2000000',
    OBJECT_STORE_KIND: 'file',
    OBJECT_STORE_PATH: path,
    OBJECT_STORE_PUBLIC_URL: mediaUrl,
    OBJECT_STORE_SIGNING_SECRET: 'a secret that only this test knows',
    ...env,
  });
  await migrate({ url: postgres.url }, [mediaMigrations]);
  const bus = await connectBus({ url: nats.url, name: 'peers', logger });
  await applyTopology(bus, {
    streams: [STREAMS.media, STREAMS.results, STREAMS.accounts, STREAMS.dead],
    consumers: [
      mediaIngestConsumer,
      mediaImportConsumer,
      mediaDeleteConsumer,
      mediaPosterConsumer,
      mediaRenditionsConsumer,
      mediaResultsConsumer,
      retentionConsumer,
    ],
  });
  const reports = await collectReports(bus);
  const jobs = answerForJobs(bus);
  const [health, shutdown, metrics] = [
    new HealthRegistry(),
    new ToldShutdown(logger, 30_000),
    createMetrics('storage'),
  ];
  await startStorage({ name: 'storage', config, logger, metrics, health, shutdown });
  const database = openDatabase<MediaTables>({
    url: postgres.url,
    applicationName: 'storage-test',
    outboxSchema: SCHEMA,
    logger,
  });
  const store = openObjectStore(objectStoreConfigFromEnv(config)) as FileObjectStore;
  const testMetrics = createStorageMetrics(createMetrics('test'));
  const storage = {
    config,
    bus,
    database,
    ingests: openIngestQueues(database),
    ...openDecorating({ database, store, logger, metrics: testMetrics }, config),
    store,
    fetcher: createFetcher(config),
    importer: createImporter(config),
    logger,
    metrics: testMetrics,
  };
  const replica = async (): Promise<() => Promise<void>> => {
    const other = new ToldShutdown(logger, 30_000);
    await startStorage({
      ...{ name: 'storage', config: { ...config, PORT: await freePort() }, logger },
      ...{ metrics: createMetrics('storage'), health: new HealthRegistry(), shutdown: other },
    });
    return () => other.run();
  };
  const stop = async (): Promise<void> => {
    await shutdown.run();
    await Promise.all([database.close(), bus.drain()]);
    await Promise.all([postgres.drop(), nats.stop(), rm(path, { recursive: true })]);
  };
  return {
    storage,
    store,
    database,
    databaseUrl: postgres.url,
    bus,
    reports,
    jobs,
    ready: health,
    mediaUrl,
    replica,
    shutdown,
    stop,
  };
}

function answerForJobs(bus: Bus): JobsNow {
  const jobs: JobsNow = { needs: new Map(), away: false };
  bus.respond(assetsInUseRpc, ({ assets }) => {
    if (jobs.away) return Promise.reject(new AppError('unavailable', 'away'));
    const asked = new Set(assets.map(({ assetId }) => assetId));
    const found = [...jobs.needs].map(([jobId, ids]) => ({ jobId, ids: ids.filter((id) => asked.has(id)) }));
    return Promise.resolve({
      inUse: [...new Set(found.flatMap(({ ids }) => ids))],
      jobIds: found.filter(({ ids }) => ids.length > 0).map(({ jobId }) => jobId),
    });
  });
  return jobs;
}

async function collectReports(bus: Bus): Promise<Report[]> {
  const reports: Report[] = [];
  await bus.consume(
    mediaResultsConsumer,
    ({ type, payload }) => {
      const stored = mediaStoredV1.payload.safeParse(payload).data;
      const failed = mediaFailedV1.payload.safeParse(payload).data;
      const attemptId = stored?.attemptId ?? failed?.attemptId ?? '';
      const { code, retryable, details } = failed?.error ?? {};
      const reason = details?.['reason'];
      reports.push({ type, attemptId, assetId: stored?.asset.assetId, code, retryable, reason });
      return Promise.resolve();
    },
    { concurrency: 1 },
  );
  return reports;
}

/** The request for a result of our own workers. */
export type RenderedRequest = IngestRequest & { readonly source: RenderedObject };

/** Puts a film where a worker would, and gives the request that job-orchestrator would send. */
export async function rendered(
  store: FileObjectStore,
  film: Buffer,
  options: { attemptId?: string; try?: number; ownerUserId?: string } = {},
): Promise<RenderedRequest> {
  const { attemptId = newId(), ownerUserId = newId() } = options;
  const key = `attempts/${attemptId}/${options.try ?? 1}`;
  await store.put(key, Readable.from([film]), { contentType: 'video/mp4' });
  return {
    jobId: newId(),
    attemptId,
    accountId: ownerUserId,
    ownerUserId,
    source: {
      kind: 'object',
      key,
      contentType: 'video/mp4',
      sizeBytes: film.length,
      sha256: createHash('sha256').update(film).digest('hex'),
    },
    label: 'Animatic',
  };
}

export async function keysBelow(store: FileObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

/** Puts a file where the gateway would, and gives the request that it would send. */
export async function uploaded(
  store: FileObjectStore,
  body: Buffer,
  more: Partial<Upload> = {},
): Promise<Upload> {
  const assetId = newId();
  const objectKey = `uploads/${assetId}`;
  await store.put(objectKey, Readable.from([body]), { contentType: 'application/octet-stream' });
  const sha256 = createHash('sha256').update(body).digest('hex');
  const [userId, accountId] = [newId(), newId()];
  const facts = { contentType: 'image/jpeg', sizeBytes: body.length, sha256, fileName: 'cat.png' };
  return { assetId, userId, accountId, kind: 'image', objectKey, ...facts, ...more };
}
