import { grantSchemaAccess, runMigrations } from '@shotloom/database';
import { grantLedgerAccess, ledgerMigrations } from '@shotloom/ledger';
import { identityMigrations } from './identity/schema/migrations';

/** Entry point: brings the `identity` and `ledger` schemas up to date, or with `--wait` waits until somebody did; then ends. */
void runMigrations({
  service: 'gateway',
  sets: [identityMigrations, ledgerMigrations],
  grant: async (db, role) => {
    await grantSchemaAccess(db, identityMigrations.schema, role);
    await grantLedgerAccess(db, role);
  },
});
