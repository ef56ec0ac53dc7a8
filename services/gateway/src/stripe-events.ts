import { openDatabase } from '@shotloom/database';
import { createLogger, createMetrics, loadConfig } from '@shotloom/service-kit';
import { Billing } from './billing/billing';
import { configSchema } from './config';
import { identityMigrations } from './identity/schema/migrations';
import type { IdentityTables } from './identity/schema/tables';

const USAGE = 'Usage: node dist/stripe-events.js list [cursor] | retry <event id> | sweep';

/** Entry point for operators, with the gateway's environment: events of Stripe that could not be done, and doing them again. */
async function main(): Promise<void> {
  const logger = createLogger({ service: 'gateway-stripe-events', destination: process.stderr });
  try {
    const [command, argument] = process.argv.slice(2);
    const config = loadConfig(configSchema);
    const database = openDatabase<IdentityTables>({
      url: config.DATABASE_URL,
      applicationName: 'gateway-stripe-events',
      poolSize: 2,
      logger,
      outboxSchema: identityMigrations.schema,
    });
    try {
      const { events, sweep } = Billing.open({
        ...{ config, logger, database },
        metrics: createMetrics('gateway-stripe-events'),
      }).on;
      if (command === 'list') print(await events.listWrong({ limit: 50, cursor: argument }));
      else if (command === 'retry' && argument !== undefined)
        print({ outcome: await events.retry(argument) });
      else if (command === 'sweep') await sweep.run();
      else throw new Error(USAGE);
    } finally {
      await database.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.fatal({ err: error }, reason);
    process.exitCode = 1;
  }
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

void main();
