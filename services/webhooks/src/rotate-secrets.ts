import { z } from 'zod';
import { openDatabase } from '@shotloom/database';
import { keyRing, sealingKeysSchema } from '@shotloom/sealing';
import { ConfigError, createLogger, loadConfig } from '@shotloom/service-kit';
import { resealSecrets } from './endpoints/reseal-secrets';
import type { WebhookTables } from './schema/tables';

/**
 * Entry point: seals the secrets of all webhooks with `CREDENTIALS_KEY`. Run it when every replica knows that key; afterwards the old ones may
 * go. May be run again.
 */
async function main(): Promise<void> {
  const logger = createLogger({ service: 'webhooks-rotate-secrets' });
  try {
    const config = loadConfig(z.object({ DATABASE_URL: z.string().min(1) }).and(sealingKeysSchema));
    const keys = keyRing(config);
    if (!keys) throw new ConfigError(['CREDENTIALS_KEY: is needed']);
    const database = openDatabase<WebhookTables>({
      url: config.DATABASE_URL,
      applicationName: 'webhooks-rotate-secrets',
      poolSize: 1,
      logger,
    });
    try {
      const sealed = await resealSecrets(database, keys);
      logger.info({ sealed, keyId: keys.current.id }, 'every secret is sealed with the newest key');
    } finally {
      await database.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.fatal({ err: error }, `could not rotate: ${reason}`);
    process.exitCode = 1;
  }
}

void main();
