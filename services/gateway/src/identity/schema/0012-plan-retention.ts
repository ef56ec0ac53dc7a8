import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

/** For how many days a plan keeps videos and uploads; null: for ever. */
export const planRetentionMigration: Migration = {
  async up(db) {
    await sql`
      alter table identity.plans add column retention_days integer check (retention_days > 0)`.execute(db);
  },
};
