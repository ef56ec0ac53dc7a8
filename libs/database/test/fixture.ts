import { z } from 'zod';
import type { Generated } from 'kysely';
import { defineMessage } from '@shotloom/contracts';
import { createTestDatabase, silentLogger, type TestDatabase } from '@shotloom/testing';
import {
  createOutboxAndInbox,
  migrate,
  openDatabase,
  type Database,
  type MigrationSet,
} from '@shotloom/database';

export interface Tables {
  'app.things': { id: Generated<number>; name: string };
  'app.outbox': { id: string; seq: number; partition: number; published_at: Date | null; created_at: Date };
}

export const thingMade = defineMessage('thing.made.v1', z.looseObject({ name: z.string(), no: z.int() }));

export const appMigrations: MigrationSet = {
  schema: 'app',
  migrations: {
    '0001-create-things': {
      async up(db) {
        await db.schema
          .createTable('app.things')
          .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
          .addColumn('name', 'text', (column) => column.notNull().unique())
          .execute();
        await createOutboxAndInbox(db, 'app');
      },
    },
  },
};

export interface Fixture {
  readonly postgres: TestDatabase;
  readonly database: Database<Tables>;
  /** Another process of the same service. */
  open(url?: string): Database<Tables>;
  stop(): Promise<void>;
}

export async function startFixture(): Promise<Fixture> {
  const postgres = await createTestDatabase();
  const opened: Database<Tables>[] = [];
  const open = (url = postgres.url): Database<Tables> => {
    const logger = silentLogger();
    const database = openDatabase<Tables>({ url, applicationName: 'app', logger, outboxSchema: 'app' });
    opened.push(database);
    return database;
  };
  const database = open();
  await migrate(database, [appMigrations]);
  const stop = async (): Promise<void> => {
    await Promise.all(opened.map((each) => each.close()));
    await postgres.drop();
  };
  return { postgres, database, open, stop };
}

/** A message about a thing; those of one `key` keep their order. */
export function made(
  key: string,
  no: number,
): {
  contract: typeof thingMade;
  payload: { name: string; no: number };
  subject: string;
  partitionKey: string;
  correlationId: string;
} {
  const payload = { name: key, no };
  return { contract: thingMade, payload, subject: `things.${key}`, partitionKey: key, correlationId: key };
}
