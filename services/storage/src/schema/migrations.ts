import type { MigrationSet } from '@shotloom/database';
import { createAssetsMigration } from './0001-create-assets';

export const SCHEMA = 'media';

export const mediaMigrations: MigrationSet = {
  schema: SCHEMA,
  migrations: { '0001-create-assets': createAssetsMigration },
};
