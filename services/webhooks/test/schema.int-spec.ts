import { join } from 'node:path';
import { checkSchemaSnapshot, describeSchema, migrate, openDatabase } from '@shotloom/database';
import { createTestDatabase, silentLogger } from '@shotloom/testing';
import { webhooksMigrations } from '../src/schema/migrations';

it('builds on an empty Postgres exactly the schema that was reviewed', async () => {
  const { url, drop } = await createTestDatabase();
  const database = openDatabase({ url, applicationName: 'test', logger: silentLogger() });
  try {
    await migrate({ url }, [webhooksMigrations]);
    const actual = await describeSchema(database.sql, ['webhooks']);
    expect(checkSchemaSnapshot(actual, join(__dirname, '../src/schema/schema.snapshot.json'))).toEqual([]);
  } finally {
    await database.close();
    await drop();
  }
});
