import { sql, type Kysely } from 'kysely';
import type { Migration } from '@shotloom/database';

/** A walk over the ledger by owner reads an owner's holds and lots whatever became of them. */
const INDEXES = `
  create index holds_owner on ledger.holds (owner_id);
  drop index ledger.holds_open_owner;
  create index lots_owner on ledger.lots (owner_id);`;

export const indexOwners: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(INDEXES).execute(db);
  },
};
