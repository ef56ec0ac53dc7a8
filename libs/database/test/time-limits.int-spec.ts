import { sql } from 'kysely';
import { migrate, openDatabase, type Database } from '@shotloom/database';
import { createTestDatabase, silentLogger, type TestDatabase } from '@shotloom/testing';
import { startPoolerProxy, type PoolerProxy } from './pooler-proxy';

let postgres: TestDatabase;
let proxy: PoolerProxy;
const opened: Database<unknown>[] = [];
beforeAll(async () => {
  postgres = await createTestDatabase();
});
beforeEach(async () => {
  proxy = await startPoolerProxy(postgres.url);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
  await proxy.stop();
});
afterAll(() => postgres.drop());

const open = (url: string, limits: { statementTimeoutMs: number; answerGraceMs?: number }) => {
  const database = openDatabase<unknown>({
    url,
    applicationName: 'app',
    logger: silentLogger(),
    poolSize: 1,
    ...limits,
  });
  opened.push(database);
  return database;
};
const sleep = sql`select pg_sleep(30)`;

it('ends a statement outside a transaction on the server', async () => {
  const database = open(postgres.url, { statementTimeoutMs: 50 });
  await expect(sleep.execute(database.sql)).rejects.toMatchObject({ code: '57014' });
  await database.ping();
});

it('sets no limit where none is wanted', async () => {
  const database = open(postgres.url, { statementTimeoutMs: 0 });
  const { rows } = await sql`show statement_timeout`.execute(database.sql);
  expect(rows).toEqual([{ statement_timeout: '0' }]);
});

it('works behind a pooler that takes no such parameter, and still limits transactions', async () => {
  const database = open(proxy.url, { statementTimeoutMs: 50 });
  await database.ping();
  expect(proxy.startups.map((startup) => startup.includes('statement_timeout'))).toEqual([true, false]);
  await expect(database.run((tx) => sleep.execute(tx.sql))).rejects.toMatchObject({ code: '57014' });
});

it('gives a connection up that does not answer, and goes on with another', async () => {
  const database = open(proxy.url, { statementTimeoutMs: 150, answerGraceMs: 150 });
  await database.ping();
  proxy.fallSilent();
  await expect(database.ping()).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  await database.ping();
  proxy.fallSilent();
  let tries = 0;
  await database.run(async (tx) => {
    tries += 1;
    await sql`select 1`.execute(tx.sql);
  });
  expect(tries).toBe(1);
});

it('lets a migration take longer than any statement of the service may', async () => {
  const url = new URL(proxy.url);
  const slow = { up: async (db: Parameters<typeof sleep.execute>[0]) => void (await wait.execute(db)) };
  const wait = sql`select pg_sleep(0.4)`;
  await migrate({ url: url.href }, [{ schema: 'slow', migrations: { '0001-wait': slow } }]);
  expect(proxy.startups).toHaveLength(1);
  expect(proxy.startups[0]).not.toContain('statement_timeout');
});
