import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { sql } from 'kysely';
import { applyTopology, connectBus, type Bus } from '@shotloom/bus';
import { Catalogue, consumersFor, STREAMS } from '@shotloom/contracts';
import { migrate, openDatabase, type Database } from '@shotloom/database';
import { newId, systemClock } from '@shotloom/kernel';
import { checkInvariants, getBalance, grant, ledgerMigrations } from '@shotloom/ledger';
import { objectStoreConfigFromEnv, openObjectStore } from '@shotloom/object-store';
import { createMetrics, HealthRegistry, Shutdown } from '@shotloom/service-kit';
import {
  createTestDatabase,
  silentLogger,
  startNats,
  type NatsServer,
  type TestDatabase,
} from '@shotloom/testing';
import { configSchema as gatewayConfig } from '../services/gateway/src/config';
import { createGatewayApp } from '../services/gateway/src/gateway-app';
import { createApiKey } from '../services/gateway/src/identity/api-key';
import { createPerson } from '../services/gateway/src/identity/people';
import { identityMigrations } from '../services/gateway/src/identity/schema/migrations';
import type { IdentityTables } from '../services/gateway/src/identity/schema/tables';
import { configSchema as orchestratorConfig } from '../services/job-orchestrator/src/config';
import { startOrchestrator } from '../services/job-orchestrator/src/orchestrator';
import { jobsMigrations } from '../services/job-orchestrator/src/schema/migrations';

/** The real gateway and the real job-orchestrator on one Postgres and one NATS, asked over HTTP by many at once. */
jest.setTimeout(120_000);

const BODY = { prompt: 'a quiet sea', model: 'animatic:animatic-1', duration: 1 };
const logger = silentLogger();
const open: (() => Promise<unknown>)[] = [];
let nats: NatsServer;
let testDatabase: TestDatabase;
let database: Database<IdentityTables>;
let bus: Bus;
let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  nats = await startNats();
  open.push(() => nats.stop());
  testDatabase = await createTestDatabase();
  open.push(() => testDatabase.drop());
  await migrate({ url: testDatabase.url }, [identityMigrations, ledgerMigrations, jobsMigrations]);
  database = openDatabase<IdentityTables>({ url: testDatabase.url, applicationName: 'gateway', logger });
  open.push(() => database.close());
  bus = await connectBus({ url: nats.url, name: 'gateway', logger });
  open.push(() => bus.drain());
  const providers = ['animatic'];
  await applyTopology(bus, { streams: Object.values(STREAMS), consumers: [...consumersFor(providers)] });
  await startJobs();
  await startDoor();
});
afterAll(async () => {
  expect(await checkInvariants(database.sql)).toEqual([]);
  for (const close of open.toReversed()) await close();
});

async function startJobs(): Promise<void> {
  const shutdown = new Shutdown(logger, 20_000);
  const config = orchestratorConfig.parse({ NATS_URL: nats.url, DATABASE_URL: testDatabase.url });
  const health = new HealthRegistry();
  await startOrchestrator({
    name: 'job-orchestrator',
    config,
    logger,
    metrics: createMetrics('jobs'),
    health,
    shutdown,
  });
  open.push(() => shutdown.run());
}

async function startDoor(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'credits-test-'));
  open.push(() => rm(folder, { recursive: true, force: true }));
  const config = gatewayConfig.parse({
    DATABASE_URL: testDatabase.url,
    OBJECT_STORE_KIND: 'file',
    OBJECT_STORE_PATH: folder,
    OBJECT_STORE_PUBLIC_URL: 'http://127.0.0.1:3000/media',
    OBJECT_STORE_SIGNING_SECRET: createHash('sha256').update('test').digest('hex'),
  });
  const objectStore = openObjectStore(objectStoreConfigFromEnv(config));
  const catalogue = new Catalogue(new Set(config.PROVIDERS_ENABLED));
  const parts = { config, logger, bus, database, objectStore, catalogue, clock: systemClock };
  app = await createGatewayApp({ ...parts, metrics: createMetrics('gateway'), health: new HealthRegistry() });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  open.push(() => app.close());
}

interface Someone {
  readonly userId: string;
  readonly accountId: string;
  readonly apiKey: string;
  readonly keyId: string;
}

/** With a plan of their own, and so many credits. */
async function someone(
  credits: number,
  plan: Record<string, unknown> = { unlimited: true },
): Promise<Someone> {
  const { key, prefix, secretHash } = createApiKey();
  const keyId = newId();
  const person = await database.run(async (tx) => {
    const planId = `p-${keyId}`;
    await tx.sql
      .insertInto('identity.plans')
      .values({ id: planId, title: 'Test', concurrency: 5, ...plan })
      .execute();
    const made = await createPerson(tx.sql, { email: `${keyId}@test.local`, displayName: 'Test', planId });
    await tx.sql
      .insertInto('identity.api_keys')
      .values({
        id: keyId,
        account_id: made.accountId,
        owner_user_id: made.userId,
        name: 'test',
        prefix,
        secret_hash: secretHash,
        scopes: ['generate', 'read'],
      })
      .execute();
    return made;
  });
  await grant(database.sql, {
    accountId: person.accountId,
    amount: credits,
    reference: newId(),
    reason: 'Test',
  });
  return { ...person, apiKey: key, keyId };
}

function generate(by: Someone, more: object = {}, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/api/v1/generate/text-to-video`, {
    method: 'POST',
    headers: { authorization: `Bearer ${by.apiKey}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...BODY, ...more }),
  });
}

async function statuses(answers: readonly Promise<Response>[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of await Promise.all(answers)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

async function price(by: Someone): Promise<number> {
  const response = await fetch(`${url}/api/v1/quote`, {
    method: 'POST',
    headers: { authorization: `Bearer ${by.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ operation: 'text-to-video', ...BODY }),
  });
  return ((await response.json()) as { hold_credits: number }).hold_credits;
}

async function jobsOf({ userId }: Someone): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM jobs.jobs WHERE owner_user_id = ${userId}`.execute(database.sql);
  return rows[0]?.count ?? -1;
}

const many = (count: number, one: (index: number) => Promise<Response>): Promise<Response>[] =>
  Array.from({ length: count }, (_, index) => one(index));

it('accepts exactly one of two hundred that come at once on a balance for one', async () => {
  const cost = await price(await someone(1));
  const by = await someone(cost);
  expect(await statuses(many(200, () => generate(by)))).toEqual({ 202: 1, 402: 199 });
  expect(await jobsOf(by)).toBe(1);
  expect(await getBalance(database.sql, by.accountId)).toEqual({ available: 0, held: cost });
});

it("accepts as many as a member's month has room for", async () => {
  const cost = await price(await someone(1));
  const by = await someone(cost * 100);
  await database.sql
    .updateTable('identity.memberships')
    .set({ monthly_credit_limit: cost * 3 })
    .where('user_id', '=', by.userId)
    .execute();
  expect(await statuses(many(60, () => generate(by)))).toEqual({ 202: 3, 402: 57 });
  expect(await jobsOf(by)).toBe(3);
});

it('accepts exactly the hour of a plan of two hundred that come at once, and counts a repeated one once', async () => {
  const cost = await price(await someone(1));
  const by = await someone(cost * 500, { generations_per_hour: 7 });
  const key = { 'idempotency-key': 'again' };
  expect((await generate(by, {}, key)).status).toBe(202);
  expect((await generate(by, {}, key)).status).toBe(202);
  expect(await statuses(many(200, () => generate(by)))).toEqual({ 202: 6, 429: 194 });
  const refused = await generate(by);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await generate(by, {}, key)).headers.get('idempotency-replayed')).toBe('true');
  expect(await jobsOf(by)).toBe(7);
  expect(await getBalance(database.sql, by.accountId)).toMatchObject({ held: cost * 7 });
});
