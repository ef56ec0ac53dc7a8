import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { sql } from 'kysely';
import { openDatabase, type Database } from '@shotloom/database';
import { createTestDatabase, silentLogger, type TestDatabase } from '@shotloom/testing';

const exporter = new InMemorySpanExporter();
let postgres: TestDatabase;
let database: Database<unknown>;
beforeAll(async () => {
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
  postgres = await createTestDatabase();
  database = openDatabase<unknown>({ url: postgres.url, applicationName: 'app', logger: silentLogger() });
});
beforeEach(() => exporter.reset());
afterAll(async () => {
  await database.close();
  await postgres.drop();
  trace.disable();
});

it('has one span for a transaction, whatever is in it', async () => {
  await database.run(async (tx) => {
    await sql`select 1`.execute(tx.sql);
    await sql`select 'a secret'`.execute(tx.sql);
  });
  const spans = exporter.getFinishedSpans();
  expect(spans.map(({ name }) => name)).toEqual(['transaction']);
  expect(spans[0]?.attributes).toEqual({ 'db.system.name': 'postgresql' });
});

it('says that one failed, and not with which values', async () => {
  const failing = database.run((tx) => sql`select 'a secret'::int`.execute(tx.sql));
  await expect(failing).rejects.toThrow('a secret');
  const [span] = exporter.getFinishedSpans();
  expect(span?.attributes['error.type']).toBeDefined();
  expect(JSON.stringify([span?.attributes, span?.status, span?.events])).not.toContain('secret');
});
