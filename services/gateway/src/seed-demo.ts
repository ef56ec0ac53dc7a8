import { z } from 'zod';
import { openDatabase } from '@shotloom/database';
import { createLogger, loadConfig } from '@shotloom/service-kit';
import { seedDemoAdmin } from './identity/demo-admin';
import { seedDemoUser } from './identity/demo-user';
import type { IdentityTables } from './identity/schema/tables';

/** Entry point: makes sure that the demo user exists and prints one JSON line, `{userId, accountId, apiKey}`; with a password, a demo admin too. */
async function main(): Promise<void> {
  // Nothing but the one line may go to stdout, so only what ends the run is logged.
  const logger = createLogger({ service: 'gateway-seed', level: 'fatal' });
  try {
    const config = loadConfig(
      z.object({
        DATABASE_URL: z.string().min(1),
        DEMO_API_KEY: z.string().optional(),
        DEMO_ADMIN_PASSWORD: z.string().min(10).optional(),
      }),
    );
    const database = openDatabase<IdentityTables>({
      url: config.DATABASE_URL,
      applicationName: 'gateway-seed',
      poolSize: 1,
      logger,
    });
    try {
      const { DEMO_API_KEY: key, DEMO_ADMIN_PASSWORD: password } = config;
      if (password !== undefined) await seedDemoAdmin(database, password);
      console.log(JSON.stringify(await seedDemoUser(database, key)));
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
