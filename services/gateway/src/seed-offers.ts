import { z } from 'zod';
import { openDatabase } from '@shotloom/database';
import { createLogger, loadConfig } from '@shotloom/service-kit';
import { applyOffers, readOffersFile } from './billing/offers-file';
import type { IdentityTables } from './identity/schema/tables';

/**
 * Entry point: makes what is sold what the file `OFFERS_FILE` says, and prints `{saved, retired}` as its last line. Running it again changes
 * nothing. See docs/billing.md for the file.
 */
async function main(): Promise<void> {
  const logger = createLogger({ service: 'gateway-seed-offers', destination: process.stderr });
  try {
    const config = loadConfig(z.object({ DATABASE_URL: z.string().min(1), OFFERS_FILE: z.string().min(1) }));
    const database = openDatabase<IdentityTables>({
      url: config.DATABASE_URL,
      applicationName: 'gateway-seed',
      poolSize: 1,
      logger,
    });
    try {
      const result = await applyOffers(database, await readOffersFile(config.OFFERS_FILE));
      process.stdout.write(`${JSON.stringify(result)}\n`);
    } finally {
      await database.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.fatal({ err: error }, `could not keep the offers: ${reason}`);
    process.exitCode = 1;
  }
}

void main();
