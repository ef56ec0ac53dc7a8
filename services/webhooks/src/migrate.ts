import { z } from 'zod';
import { migrate } from '@shotloom/database';
import { createLogger, loadConfig } from '@shotloom/service-kit';
import { webhooksMigrations } from './schema/migrations';

/** Entry point: brings the `webhooks` schema up to date, then ends. Safe to run from several places at once. */
async function main(): Promise<void> {
  const logger = createLogger({ service: 'webhooks-migrate' });
  try {
    const config = loadConfig(z.object({ DATABASE_URL: z.string().min(1) }));
    const applied = await migrate({ url: config.DATABASE_URL }, [webhooksMigrations]);
    logger.info({ applied }, applied.length > 0 ? 'migrated' : 'nothing to migrate');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.fatal({ err: error }, `could not migrate: ${reason}`);
    process.exitCode = 1;
  }
}

void main();
