import { grantSchemaAccess, runMigrations } from '@shotloom/database';
import { grantLedgerAccess, ledgerMigrations } from '@shotloom/ledger';
import { jobsMigrations } from './schema/migrations';

/** Entry point: brings the `ledger` and `jobs` schemas up to date, or with `--wait` waits until somebody did; then ends. */
void runMigrations({
  service: 'job-orchestrator',
  sets: [ledgerMigrations, jobsMigrations],
  grant: async (db, role) => {
    await grantSchemaAccess(db, jobsMigrations.schema, role);
    await grantLedgerAccess(db, role);
  },
});
