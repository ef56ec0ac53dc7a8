import type { MigrationSet } from '@shotloom/database';
import { createIdentityMigration } from './0001-create-identity';

export const identityMigrations: MigrationSet = {
  schema: 'identity',
  migrations: { '0001-create-identity': createIdentityMigration },
};
