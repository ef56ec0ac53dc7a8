import type { MigrationSet } from '@shotloom/database';
import { createJobsMigration } from './0001-create-jobs';
import { addVendorAttemptsMigration } from './0002-vendor-attempts';

export const SCHEMA = 'jobs';

export const jobsMigrations: MigrationSet = {
  schema: SCHEMA,
  migrations: {
    '0001-create-jobs': createJobsMigration,
    '0002-vendor-attempts': addVendorAttemptsMigration,
  },
};
