import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '@shotloom/testing';
import { ensureRoles, grantSchemaAccess, migrate, type RoleSpec } from '../src';
import { withConnection } from '../src/migrate';
import { sql } from 'kysely';

/** Roles are of the whole server, so each run has its own names. */
const mark = Math.random().toString(36).slice(2, 10);
const owner: RoleSpec = { name: `owner_${mark}`, password: 'owner1', owner: true };
const service: RoleSpec = { name: `service_${mark}`, password: 'service1', owner: false };
const stranger: RoleSpec = { name: `stranger_${mark}`, password: 'stranger1', owner: false };

const set = (schema: string) => ({
  schema,
  migrations: {
    '0001-create': {
      up: async (db: Parameters<typeof grantSchemaAccess>[0]) => {
        await sql`create table ${sql.id(schema, 'films')} (id bigserial primary key, title text)`.execute(db);
      },
    },
  },
});

describe('the roles of services', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    expect(await ensureRoles(database.url, [owner, service, stranger])).toHaveLength(3);
    await migrate({ url: urlOf(owner) }, [set('own'), set('other')]);
    await withConnection({ url: urlOf(owner) }, (db) => grantSchemaAccess(db, 'own', service.name));
  });
  afterAll(async () => {
    await database.drop();
    for (const { name } of [owner, service, stranger]) await asAdmin(`drop role ${name}`);
  });

  const urlOf = ({ name, password }: RoleSpec): string => {
    const url = new URL(database.url);
    url.username = name;
    url.password = password;
    return url.href;
  };
  const asAdmin = (statement: string): Promise<void> => {
    const url = new URL(database.url);
    url.pathname = '/postgres';
    return run(url.href, statement);
  };

  it.each([
    `insert into own.films (title) values ('one')`,
    `update own.films set title = 'two'`,
    'select * from own.films',
    'delete from own.films',
    'select * from own.schema_migrations',
  ])('lets a service do its work: %s', async (statement) => {
    await expect(run(urlOf(service), statement)).resolves.toBeUndefined();
  });

  it.each([
    'create table own.more (id int)',
    'alter table own.films add column more int',
    'drop table own.films',
    'truncate own.films',
    `insert into own.schema_migrations (name) values ('9999')`,
    'select * from other.films',
    'create schema more',
    'create table public.more (id int)',
    `alter role owner_${mark} password 'mine'`,
  ])('refuses a service what is not its own: %s', async (statement) => {
    await expect(run(urlOf(service), statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('shows a stranger nothing', async () => {
    await expect(run(urlOf(stranger), 'select * from own.films')).rejects.toThrow(/permission denied/);
  });

  it('changes a password when it is run again, and makes nothing twice', async () => {
    const changed = { ...stranger, password: `quote'and"more` };
    await expect(ensureRoles(database.url, [owner, service, changed])).resolves.toEqual([]);
    await expect(run(urlOf(stranger), 'select 1')).rejects.toThrow(/password authentication failed/);
    await expect(run(urlOf(changed), 'select 1')).resolves.toBeUndefined();
  });
});

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
