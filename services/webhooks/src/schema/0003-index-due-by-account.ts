import { sql } from 'kysely';
import type { Migration } from '@shotloom/database';

/**
 * What is due, account by account: one that has all the calls that it may have is passed over, however much of it is due. No endpoint changes
 * while the indexes are made; that reads the table twice, about a second for each million rows.
 */
export const indexDueByAccountMigration: Migration = {
  async up(db) {
    await sql`
      create index endpoints_due_by_account on webhooks.endpoints (account_id, due_at)
        where due_at is not null and disabled_reason is null and deleted_at is null`.execute(db);
    // Only endpoints are counted by their account. That the many of jobs were in it too was of no use, and Postgres took it for the other.
    await sql`drop index webhooks.endpoints_by_account`.execute(db);
    await sql`
      create index endpoints_of_account on webhooks.endpoints (account_id)
        where kind = 'endpoint' and deleted_at is null`.execute(db);
  },
};
