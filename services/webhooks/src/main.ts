import { openServiceBus } from '@shotloom/bus';
import { openServiceDatabase } from '@shotloom/database';
import { systemClock } from '@shotloom/kernel';
import { keyRing } from '@shotloom/sealing';
import { loadConfig, runService } from '@shotloom/service-kit';
import { configSchema } from './config';
import { createWebhookMetrics } from './metrics';
import { webhooksMigrations } from './schema/migrations';
import type { WebhookTables } from './schema/tables';
import { createSender, startWebhooks } from './start-webhooks';

void runService({
  name: 'webhooks',
  loadConfig: () => loadConfig(configSchema),
  start: async (context) => {
    // First, so that it closes last: whatever still runs when we stop may need it.
    const database = openServiceDatabase<WebhookTables>(context, { migrations: [webhooksMigrations] });
    const bus = await openServiceBus(context);
    const { config, logger, shutdown } = context;
    const keys = keyRing(config);
    if (!keys) logger.warn({}, 'CREDENTIALS_KEY is not set: no webhook can be made');
    const webhooks = await startWebhooks({
      ...{ config, database, bus, keys, logger, clock: systemClock },
      sender: createSender(config),
      metrics: createWebhookMetrics(context.metrics),
    });
    shutdown.add('webhooks', () => webhooks.stop());
    logger.info({}, 'webhooks are delivered');
  },
});
