import { z } from 'zod';
import { migrate } from '@shotloom/database';
import { ledgerMigrations } from '@shotloom/ledger';
import { createLogger, loadConfig } from '@shotloom/service-kit';
import { identityMigrations } from './identity/schema/migrations';

/** Entry point: brings the `identity` and `ledger` schemas up to date, then ends. Safe to run from several places at once. */
async function main(): Promise<void> {
  const logger = createLogger({ service: 'gateway-migrate' });
  try {
    const config = loadConfig(z.object({ DATABASE_URL: z.string().min(1) }));
    const applied = await migrate({ url: config.DATABASE_URL }, [identityMigrations, ledgerMigrations]);
    logger.info({ applied }, applied.length > 0 ? 'migrated' : 'nothing to migrate');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.fatal({ err: error }, `could not migrate: ${reason}`);
    process.exitCode = 1;
  }
}

void main();
