import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { checkSchemaSnapshot, describeSchema, findDrift, migrate } from '@shotloom/database';
import { appMigrations, startFixture, type Fixture } from './fixture';

let fixture: Fixture;
let folder: string;
beforeAll(async () => {
  fixture = await startFixture();
  folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await fixture.stop();
});

it('gives the same description for the same migrations, and names what somebody changed by hand', async () => {
  const file = join(folder, 'schema.snapshot.json');
  const other = await startFixture();
  const expected = await describeSchema(other.database.sql, ['app']);
  await other.stop();
  expect(checkSchemaSnapshot(expected, file, {})).toEqual([
    expect.stringContaining('UPDATE_SCHEMA_SNAPSHOT=1'),
  ]);
  expect(existsSync(file)).toBe(false);
  expect(checkSchemaSnapshot(expected, file, { UPDATE_SCHEMA_SNAPSHOT: '1' })).toEqual([]);

  const { sql: db } = fixture.database;
  expect(checkSchemaSnapshot(await describeSchema(db, ['app']), file, {})).toEqual([]);
  await sql`drop index app.outbox_published`.execute(db);
  await sql`alter table app.things alter column name drop not null, add column colour text default 'red'`.execute(
    db,
  );
  await sql`alter table app.things add constraint short check (length(name) < 9)`.execute(db);
  await sql`create function app.f() returns int language sql as 'select 1'`.execute(db);
  await sql`
    create trigger stop before update on app.things execute function suppress_redundant_updates_trigger()
  `
    .execute(db)
    .catch(() => undefined);
  await sql`create table app.extra (id int)`.execute(db);
  await sql`create view app.v as select 1 as one`.execute(db);
  const drift = checkSchemaSnapshot(await describeSchema(db, ['app']), file, {});
  expect(drift.map((line) => line.replace(/sha256:\w+/, 'HASH'))).toEqual([
    "column app.things.colour is there but not expected: text default 'red'::text",
    'column app.things.name is "text" and should be "text not null"',
    'constraint app.things.short is there but not expected: CHECK ((length(name) < 9))',
    'function app.f() is there but not expected: HASH',
    expect.stringMatching(/^index app\.outbox\.outbox_published is missing: CREATE INDEX/),
    'table app.extra is there but not expected',
    'trigger app.things.stop is there but not expected: CREATE TRIGGER stop BEFORE UPDATE ON app.things FOR EACH STATEMENT EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    'view app.v is there but not expected: HASH',
  ]);
  expect(findDrift(expected, expected)).toEqual([]);
  expect(await migrate(fixture.database, [appMigrations])).toEqual([]);
});
