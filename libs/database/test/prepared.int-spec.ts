import { sql } from 'kysely';
import { arrayOf, openDatabase, type Database } from '@shotloom/database';
import { createTestDatabase, silentLogger, type TestDatabase } from '@shotloom/testing';

let postgres: TestDatabase;
const opened: Database<unknown>[] = [];
beforeAll(async () => {
  postgres = await createTestDatabase();
});
afterEach(() => Promise.all(opened.splice(0).map((database) => database.close())));
afterAll(() => postgres.drop());

function open(more: { poolSize?: number; prepareStatements?: boolean } = {}): Database<unknown> {
  const database = openDatabase<unknown>({
    ...{ url: postgres.url, applicationName: 'app', logger: silentLogger(), poolSize: 1 },
    ...more,
  });
  opened.push(database);
  return database;
}
const prepared = async (database: Database<unknown>): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`select name from pg_prepared_statements order by 1`.execute(
    database.sql,
  );
  return rows.map(({ name }) => name);
};

it('prepares what runs often, and only that', async () => {
  const database = open();
  for (let run = 0; run < 5; run += 1) await sql`select ${run}::int as number`.execute(database.sql);
  await sql`select ${1}::int as other`.execute(database.sql);
  expect(await prepared(database)).toEqual(['shotloom_0_0']);
});

it('prepares nothing where it is told not to', async () => {
  const database = open({ prepareStatements: false });
  for (let run = 0; run < 5; run += 1) await sql`select ${run}::int as number`.execute(database.sql);
  expect(await prepared(database)).toEqual([]);
});

it('outlives a migration that changes what a statement answers, on every connection', async () => {
  const database = open({ poolSize: 4 });
  await sql`create table things (id int)`.execute(database.sql);
  await sql`insert into things values (1)`.execute(database.sql);
  const read = () => sql<object>`select * from things where id = ${1}`.execute(database.sql);
  const readInside = () =>
    database.run(
      async (tx) => (await sql<object>`select * from things where id = ${1}`.execute(tx.sql)).rows,
    );
  await Promise.all(Array.from({ length: 40 }, read));
  await Promise.all(Array.from({ length: 40 }, readInside));
  await sql`alter table things add column name text default 'new'`.execute(database.sql);
  const answers = await Promise.all([
    ...Array.from({ length: 20 }, async () => (await read()).rows),
    ...Array.from({ length: 20 }, readInside),
  ]);
  expect(answers).toEqual(answers.map(() => [{ id: 1, name: 'new' }]));
});

it('plans a statement with a list once for lists of any length', async () => {
  const database = open();
  await sql`create table many (id int primary key, name text)`.execute(database.sql);
  await sql`insert into many select n, 'x' from generate_series(1, 5000) as n`.execute(database.sql);
  await sql`analyze many`.execute(database.sql);
  const find = async (ids: number[]) => {
    const { rows } = await sql<{ id: number }>`
      select id from many where id = any (${arrayOf(ids, 'int')}) order by id`.execute(database.sql);
    return rows.map(({ id }) => id);
  };
  for (let run = 0; run < 12; run += 1) expect(await find([7, 3])).toEqual([3, 7]);
  expect(await find([])).toEqual([]);
  expect(await find(Array.from({ length: 600 }, (_, index) => index + 1))).toHaveLength(600);
  const { rows } = await sql<{ plans: number }>`
    select custom_plans as plans from pg_prepared_statements where statement like '%from many%any%'`.execute(
    database.sql,
  );
  // Five are what Postgres always plans before it compares.
  expect(rows).toEqual([{ plans: 5 }]);
});
