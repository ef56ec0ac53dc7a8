import type { MigrationSet } from '@shotloom/database';
import { createWebhooksMigration } from './0001-create-webhooks';
import { jobUrlsMigration } from './0002-job-urls';
import { indexDueByAccountMigration } from './0003-index-due-by-account';

export const webhooksMigrations: MigrationSet = {
  schema: 'webhooks',
  migrations: {
    '0001-create-webhooks': createWebhooksMigration,
    '0002-job-urls': jobUrlsMigration,
    '0003-index-due-by-account': indexDueByAccountMigration,
  },
};
