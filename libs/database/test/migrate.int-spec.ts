import { sql } from 'kysely';
import {
  migrate,
  openDatabase,
  pendingMigrations,
  type Database,
  type MigrationSet,
} from '@shotloom/database';
import { createTestDatabase, silentLogger, type TestDatabase } from '@shotloom/testing';

let postgres: TestDatabase;
let database: Database<unknown>;
beforeEach(async () => {
  postgres = await createTestDatabase();
  database = openDatabase({ url: postgres.url, applicationName: 'test', logger: silentLogger() });
});
afterEach(async () => {
  await database.close();
  await postgres.drop();
});

const statement = (text: string): { up: MigrationSet['migrations'][string]['up'] } => ({
  up: async (db) => void (await sql.raw(text).execute(db)),
});
const zoo: MigrationSet = {
  schema: 'zoo',
  migrations: {
    '0002-add-name': statement('alter table zoo.animals add column name text'),
    '0001-create-animals': statement('create table zoo.animals (id int primary key)'),
  },
};

it('applies the steps in the order of their names, once', async () => {
  expect(await pendingMigrations(database, [zoo])).toEqual(['zoo/0001-create-animals', 'zoo/0002-add-name']);
  expect(await migrate({ url: postgres.url }, [zoo])).toEqual([
    { schema: 'zoo', name: '0001-create-animals' },
    { schema: 'zoo', name: '0002-add-name' },
  ]);
  expect(await migrate(database, [zoo])).toEqual([]);
  expect(await pendingMigrations({ url: postgres.url }, [zoo])).toEqual([]);
});

it('lets many run at once: each step is applied by one of them', async () => {
  const runs = await Promise.all(Array.from({ length: 6 }, () => migrate({ url: postgres.url }, [zoo])));
  expect(
    runs
      .flat()
      .map((applied) => applied.name)
      .sort(),
  ).toEqual(['0001-create-animals', '0002-add-name']);
});

it('keeps the steps before a failing one, and nothing of the failing one', async () => {
  const failing = {
    schema: 'zoo',
    migrations: { ...zoo.migrations, '0003-fail': statement('create table zoo.half (id int); select 1/0') },
  };
  await expect(migrate(database, [failing])).rejects.toThrow('division by zero');
  expect(await pendingMigrations(database, [failing])).toEqual(['zoo/0003-fail']);
  const { rows } = await sql`select to_regclass('zoo.half') as half`.execute(database.sql);
  expect(rows).toEqual([{ half: null }]);
});

it('refuses a step that comes before one already applied, and accepts a database that is ahead', async () => {
  await migrate(database, [zoo]);
  const late = { schema: 'zoo', migrations: { ...zoo.migrations, '0001b-late': statement('select 1') } };
  await expect(migrate(database, [late])).rejects.toMatchObject({ code: 'conflict' });
  const older = { schema: 'zoo', migrations: { '0001-create-animals': statement('select 1') } };
  expect(await migrate(database, [older])).toEqual([]);
});
