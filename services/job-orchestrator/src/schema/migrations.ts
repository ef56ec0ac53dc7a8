import type { MigrationSet } from '@shotloom/database';
import { createJobsMigration } from './0001-create-jobs';

export const SCHEMA = 'jobs';

export const jobsMigrations: MigrationSet = {
  schema: SCHEMA,
  migrations: { '0001-create-jobs': createJobsMigration },
};
