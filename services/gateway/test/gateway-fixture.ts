import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { connectBus, type Bus } from '@shotloom/bus';
import { Catalogue, type ModelSpec, type Principal } from '@shotloom/contracts';
import { migrate, openDatabase, type Database } from '@shotloom/database';
import { newId, systemClock, type Clock } from '@shotloom/kernel';
import { ledgerMigrations } from '@shotloom/ledger';
import { objectStoreConfigFromEnv, openObjectStore, type ObjectStore } from '@shotloom/object-store';
import { createMetrics, HealthRegistry, type Logger, type MetricsRegistry } from '@shotloom/service-kit';
import { createTestDatabase, silentLogger, startNats } from '@shotloom/testing';
import { configSchema, type Config } from '../src/config';
import { createGatewayApp } from '../src/gateway-app';
import { createApiKey } from '../src/identity/api-key';
import { createPerson } from '../src/identity/people';
import { identityMigrations } from '../src/identity/schema/migrations';
import type { IdentityTables } from '../src/identity/schema/tables';
import { Backstage } from './backstage';

export interface TestUser {
  readonly userId: string;
  readonly accountId: string;
  readonly apiKey: string;
}

export interface GatewayFixture {
  readonly url: string;
  readonly natsUrl: string;
  readonly app: NestFastifyApplication;
  readonly backstage: Backstage;
  readonly bus: Bus;
  /** The one that the gateway asks; what is put into it stays until the tables are read again. */
  readonly catalogue: Catalogue;
  readonly database: Database<IdentityTables>;
  readonly store: ObjectStore;
  readonly metrics: MetricsRegistry;
  readonly health: HealthRegistry;
  readonly addUser: (scopes?: Principal['scopes'], role?: Principal['role']) => Promise<TestUser>;
  readonly close: () => Promise<void>;
}

/** A real gateway on a real port with its own NATS, Postgres and object store; only job-orchestrator and storage are stood in for. */
export async function startGateway(
  env: Record<string, string> = {},
  {
    models,
    clock = systemClock,
    logger = silentLogger(),
  }: { models?: readonly ModelSpec[]; clock?: Clock; logger?: Logger } = {},
): Promise<GatewayFixture> {
  const nats = await startNats();
  const testDatabase = await createTestDatabase();
  await migrate({ url: testDatabase.url }, [identityMigrations, ledgerMigrations]);
  const folder = await mkdtemp(join(tmpdir(), 'gateway-test-'));
  const config: Config = configSchema.parse({
    DATABASE_URL: testDatabase.url,
    OBJECT_STORE_KIND: 'file',
    OBJECT_STORE_PATH: folder,
    OBJECT_STORE_PUBLIC_URL: 'http://127.0.0.1:3000/media',
    OBJECT_STORE_SIGNING_SECRET: createHash('sha256').update('test').digest('hex'),
    PUBLIC_URL: 'https://video.example',
    ...env,
  });
  const database = openDatabase<IdentityTables>({
    url: config.DATABASE_URL,
    applicationName: 'gateway',
    logger,
    outboxSchema: 'identity',
  });
  const bus = await connectBus({ url: nats.url, name: 'gateway', logger });
  const store = openObjectStore(objectStoreConfigFromEnv(config));
  await store.ensureBucket();
  const backstage = await Backstage.start(nats.url);
  const metrics = createMetrics('gateway');
  const health = new HealthRegistry();
  const catalogue = new Catalogue(new Set(config.PROVIDERS_ENABLED), models);
  const parts = {
    config,
    logger,
    metrics,
    health,
    bus,
    database,
    objectStore: store,
    catalogue,
    clock,
  };
  const app = await createGatewayApp(parts);
  await app.listen(0, '127.0.0.1');
  return {
    url: await app.getUrl(),
    natsUrl: nats.url,
    app,
    backstage,
    bus,
    catalogue,
    database,
    store,
    metrics,
    health,
    addUser: (scopes = ['generate', 'read'], role = 'user') => addUser(database, scopes, role),
    close: async () => {
      await app.close();
      await backstage.close();
      await bus.drain();
      await database.close();
      await testDatabase.drop();
      await nats.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function addUser(
  database: Database<IdentityTables>,
  scopes: Principal['scopes'],
  role: Principal['role'],
): Promise<TestUser> {
  const { key, prefix, secretHash } = createApiKey();
  const owner = await database.run(async ({ sql }) => {
    const person = await createPerson(sql, { email: `${newId()}@test.local`, displayName: 'Test' });
    await sql.updateTable('identity.users').set({ role }).where('id', '=', person.userId).execute();
    await sql
      .insertInto('identity.api_keys')
      .values({
        id: newId(),
        account_id: person.accountId,
        owner_user_id: person.userId,
        name: 'test',
        prefix,
        secret_hash: secretHash,
        scopes,
      })
      .execute();
    return person;
  });
  return { ...owner, apiKey: key };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** One request with a key, and its answer read as JSON where it is. */
export async function call(
  fixture: Pick<GatewayFixture, 'url'>,
  path: string,
  user: Pick<TestUser, 'apiKey'> | null,
  init: RequestInit & { json?: unknown } = {},
): Promise<Answer> {
  const { json, ...rest } = init;
  const headers = new Headers(rest.headers);
  if (user) headers.set('authorization', `Bearer ${user.apiKey}`);
  if (json !== undefined) headers.set('content-type', 'application/json');
  const response = await fetch(fixture.url + path, {
    redirect: 'manual',
    ...rest,
    headers,
    ...(json === undefined ? {} : { method: rest.method ?? 'POST', body: JSON.stringify(json) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

/** Every error is problem details with these. */
export function problem(status: number, code: string, fields?: readonly string[]): object {
  const errors = fields?.map((field) => ({ field, reason: expect.stringMatching(/[.!?]$/) as string }));
  return { status, code, detail: expect.any(String) as string, ...(errors ? { errors } : {}) };
}
