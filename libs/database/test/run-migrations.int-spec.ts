import { sql } from 'kysely';
import { createTestDatabase, waitFor, type TestDatabase } from '@shotloom/testing';
import { ensureRoles, grantSchemaAccess, migrate, runMigrations, type MigrationsOfService } from '../src';
import { withConnection } from '../src/migrate';

const mark = Math.random().toString(36).slice(2, 10);
const owner = { name: `migrator_${mark}`, password: 'owner1', owner: true };
const role = { name: `waiter_${mark}`, password: 'waiter1', owner: false };

const service: MigrationsOfService = {
  service: 'zoo',
  sets: [
    {
      schema: 'zoo',
      migrations: {
        '0001-create': {
          up: async (db) => void (await sql`create table zoo.animals (id int primary key)`.execute(db)),
        },
      },
    },
  ],
  grant: (db, name) => grantSchemaAccess(db, 'zoo', name),
};

let database: TestDatabase;
const before = { ...process.env };

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  process.env = { ...before };
  process.exitCode = 0;
  const admin = new URL(database.url);
  admin.pathname = '/postgres';
  await database.drop();
  for (const { name } of [owner, role]) {
    await withConnection({ url: admin.href }, (db) => sql`drop role if exists ${sql.id(name)}`.execute(db));
  }
});

function urlOf({ name, password }: { name: string; password: string }): string {
  const url = new URL(database.url);
  url.username = name;
  url.password = password;
  return url.href;
}

it('waits for its role, then for the schema, then for its rights on it', async () => {
  process.env['DATABASE_URL'] = urlOf(role);
  let over = false;
  const waiting = runMigrations(service, ['--wait']).then(() => (over = true));
  await ensureRoles(database.url, [owner, role]);
  await migrate({ url: urlOf(owner) }, service.sets);
  // It has looked at the schema without any right on it when it has come in.
  const looked = (): Promise<boolean> =>
    withConnection({ url: database.url }, async (db) => {
      const seen =
        await sql`select from pg_stat_database where datname = current_database() and sessions > 3`.execute(
          db,
        );
      return seen.rows.length > 0;
    });
  await waitFor(looked, { what: 'the waiter to come in' });
  expect(over).toBe(false);
  await withConnection({ url: urlOf(owner) }, (db) => service.grant(db, role.name));
  await waiting;
  expect(process.exitCode ?? 0).toBe(0);
});

it('migrates and gives the role its rights', async () => {
  await ensureRoles(database.url, [owner, role]);
  process.env['DATABASE_URL'] = urlOf(owner);
  process.env['DATABASE_SERVICE_ROLE'] = role.name;
  await runMigrations(service, []);
  expect(process.exitCode ?? 0).toBe(0);
  const insert = sql`insert into zoo.animals values (1)`;
  await expect(withConnection({ url: urlOf(role) }, (db) => insert.execute(db))).resolves.toBeDefined();
});

it('gives up in time where nobody migrates, and says what is missing', async () => {
  process.env['DATABASE_URL'] = database.url;
  process.env['WAIT_SECONDS'] = '1';
  await runMigrations(service, ['--wait']);
  expect(process.exitCode).toBe(1);
});
