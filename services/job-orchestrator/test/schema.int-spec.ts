import { join } from 'node:path';
import { sql } from 'kysely';
import { attemptStateMachine, jobStateMachine } from '@shotloom/contracts';
import type { StateMachine } from '@shotloom/kernel';
import { checkSchemaSnapshot, describeSchema, migrate, openDatabase } from '@shotloom/database';
import { ledgerMigrations } from '@shotloom/ledger';
import { createTestDatabase, silentLogger } from '@shotloom/testing';
import { ATTEMPT_COLUMNS } from '../src/attempts/attempt-rows';
import { jobsMigrations } from '../src/schema/migrations';

it('builds on an empty Postgres exactly the schema that was reviewed', async () => {
  const { url, drop } = await createTestDatabase();
  const database = openDatabase({ url, applicationName: 'test', logger: silentLogger() });
  try {
    await migrate({ url }, [ledgerMigrations, jobsMigrations]);
    const actual = await describeSchema(database.sql, ['jobs']);
    expect(checkSchemaSnapshot(actual, join(__dirname, '../src/schema/schema.snapshot.json'))).toEqual([]);
  } finally {
    await database.close();
    await drop();
  }
});

it.each([
  ['jobs', jobStateMachine],
  ['attempts', attemptStateMachine],
])('lets the database allow exactly the moves of the state machine of %s', async (table, machine) => {
  const { url, drop } = await createTestDatabase();
  const database = openDatabase({ url, applicationName: 'test', logger: silentLogger() });
  try {
    await migrate({ url }, [ledgerMigrations, jobsMigrations]);
    const { rows } = await sql<{
      source: string;
    }>`SELECT prosrc AS source FROM pg_proc WHERE proname = ${`${table}_guard_status`}`.execute(database.sql);
    const inDatabase = /'\{(.*)\}'::text\[\]/.exec(rows[0]?.source ?? '')?.[1]?.split(',') ?? [];
    const { states } = machine as StateMachine<string>;
    const inCode = states.flatMap((to) =>
      (machine as StateMachine<string>).sourcesOf(to).map((from) => `${from}>${to}`),
    );
    expect(inDatabase.toSorted()).toEqual(inCode.toSorted());
  } finally {
    await database.close();
    await drop();
  }
});

it('knows every column of an attempt', async () => {
  const { url, drop } = await createTestDatabase();
  const database = openDatabase({ url, applicationName: 'test', logger: silentLogger() });
  try {
    await migrate({ url }, [ledgerMigrations, jobsMigrations]);
    const { rows } = await sql<{ name: string }>`SELECT column_name AS name FROM information_schema.columns
      WHERE table_schema = 'jobs' AND table_name = 'attempts'`.execute(database.sql);
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...ATTEMPT_COLUMNS].toSorted());
  } finally {
    await database.close();
    await drop();
  }
});
