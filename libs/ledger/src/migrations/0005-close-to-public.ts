import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** Functions are open to everybody by default, and these run with their owner's rights. */
export const closeToPublic: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`revoke all on schema ledger from public`.execute(db);
    await sql`revoke all on all tables in schema ledger from public`.execute(db);
    await sql`revoke all on all functions in schema ledger from public`.execute(db);
  },
};
