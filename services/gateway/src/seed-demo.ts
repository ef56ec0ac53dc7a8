import { z } from 'zod';
import { openDatabase } from '@shotloom/database';
import { createLogger, loadConfig } from '@shotloom/service-kit';
import { seedDemoUser } from './identity/demo-user';
import type { IdentityTables } from './identity/schema/tables';

/** Entry point: makes sure that the demo user exists and prints one JSON line, `{userId, accountId, apiKey}`. */
async function main(): Promise<void> {
  // Nothing but the one line may go to stdout, so only what ends the run is logged.
  const logger = createLogger({ service: 'gateway-seed', level: 'fatal' });
  try {
    const config = loadConfig(
      z.object({ DATABASE_URL: z.string().min(1), DEMO_API_KEY: z.string().optional() }),
    );
    const database = openDatabase<IdentityTables>({
      url: config.DATABASE_URL,
      applicationName: 'gateway-seed',
      poolSize: 1,
      logger,
    });
    try {
      console.log(JSON.stringify(await seedDemoUser(database, config.DEMO_API_KEY)));
    } finally {
      await database.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.fatal({ err: error }, `could not seed: ${reason}`);
    process.exitCode = 1;
  }
}

void main();
