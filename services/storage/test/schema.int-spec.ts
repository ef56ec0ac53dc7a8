import { describeSchema, migrate, openDatabase, pendingMigrations } from '@shotloom/database';
import { createTestDatabase, silentLogger } from '@shotloom/testing';
import { mediaMigrations } from '../src/schema/migrations';

describe('the media schema', () => {
  it('is made from nothing, once', async () => {
    const postgres = await createTestDatabase();
    const database = openDatabase({ url: postgres.url, applicationName: 'storage', logger: silentLogger() });
    try {
      expect(await pendingMigrations(database, [mediaMigrations])).toHaveLength(1);
      await migrate(database, [mediaMigrations]);
      expect(await migrate(database, [mediaMigrations])).toEqual([]);
      const { tables } = await describeSchema(database.sql, ['media']);
      expect(Object.keys(tables).sort()).toEqual([
        'media.assets',
        'media.attempt_tombstones',
        'media.inbox',
        'media.outbox',
        'media.schema_migrations',
        'media.sweeps',
      ]);
    } finally {
      await database.close();
      await postgres.drop();
    }
  });
});
