import type { MigrationSet } from '@shotloom/database';
import { createWebhooksMigration } from './0001-create-webhooks';

export const webhooksMigrations: MigrationSet = {
  schema: 'webhooks',
  migrations: { '0001-create-webhooks': createWebhooksMigration },
};
