import { grantSchemaAccess, runMigrations } from '@shotloom/database';
import { webhooksMigrations } from './schema/migrations';

/** Entry point: brings the `webhooks` schema up to date, or with `--wait` waits until somebody did; then ends. */
void runMigrations({
  service: 'webhooks',
  sets: [webhooksMigrations],
  grant: (db, role) => grantSchemaAccess(db, webhooksMigrations.schema, role),
});
