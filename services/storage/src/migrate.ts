import { grantSchemaAccess, runMigrations } from '@shotloom/database';
import { mediaMigrations } from './schema/migrations';

/** Entry point: brings the `media` schema up to date, or with `--wait` waits until somebody did; then ends. */
void runMigrations({
  service: 'storage',
  sets: [mediaMigrations],
  grant: (db, role) => grantSchemaAccess(db, mediaMigrations.schema, role),
});
