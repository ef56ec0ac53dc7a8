import { applyTopology, connectBus } from '@shotloom/bus';
import { consumersFor, STREAMS } from '@shotloom/contracts';
import { createLogger, loadConfig } from '@shotloom/service-kit';
import { configSchema } from './config';

/** The topology job: creates or updates every stream and durable before any worker starts. Never deletes. */
async function main(): Promise<void> {
  const config = loadConfig(configSchema.pick({ NATS_URL: true, PROVIDERS_ENABLED: true }));
  const bus = await connectBus({
    url: config.NATS_URL,
    name: 'topology',
    logger: createLogger({ service: 'topology', level: 'warn' }),
  });
  const wanted = { streams: Object.values(STREAMS), consumers: [...consumersFor(config.PROVIDERS_ENABLED)] };
  const changes = await applyTopology(bus, wanted);
  await bus.drain();
  console.log(
    changes.length === 0 ? 'The topology is up to date.' : `Changed ${changes.length} streams and consumers.`,
  );
}

main().catch((error: unknown) => {
  console.error(
    `The topology could not be applied: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exit(1);
});
