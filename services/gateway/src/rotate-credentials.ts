import { z } from 'zod';
import { openDatabase } from '@shotloom/database';
import { ConfigError, createLogger, loadConfig } from '@shotloom/service-kit';
import { keyRing, sealingKeysSchema } from '@shotloom/sealing';
import type { IdentityTables } from './identity/schema/tables';
import { resealCredentials } from './provider-credentials/reseal-credentials';

/**
 * Entry point: seals all provider credentials with `CREDENTIALS_KEY`. Run it when every gateway knows that key; afterwards the old
 * ones may go. May be run again.
 */
async function main(): Promise<void> {
  const logger = createLogger({ service: 'gateway-rotate-credentials' });
  try {
    const config = loadConfig(z.object({ DATABASE_URL: z.string().min(1) }).and(sealingKeysSchema));
    const ring = keyRing(config);
    if (!ring) throw new ConfigError(['CREDENTIALS_KEY: is needed']);
    const database = openDatabase<IdentityTables>({
      url: config.DATABASE_URL,
      applicationName: 'gateway-rotate-credentials',
      poolSize: 1,
      logger,
    });
    try {
      const sealed = await resealCredentials(database, ring);
      logger.info({ sealed, keyId: ring.current.id }, 'every credential is sealed with the newest key');
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
