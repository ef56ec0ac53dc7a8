import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/**
 * A function that cannot be inlined is thought to give a thousand rows, which made Postgres read all holds for each small batch. It
 * gives as many as the batch has, and batches are small.
 */
export const expectSmallBatches: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const name of ['batch_items', 'resolution_items']) {
      await sql`alter function ${sql.raw(`ledger.${name}(jsonb)`)} rows 30`.execute(db);
    }
    await sql`alter function ledger.budget_items(jsonb) rows 2`.execute(db);
  },
};
