import { setTimeout as delay } from 'node:timers/promises';
import { applyTopology, connectBus, verifyTopology, type Bus, type Topology } from '@shotloom/bus';
import { createLogger, loadConfig } from '@shotloom/service-kit';
import { z } from 'zod';
import { configSchema } from './config';
import { platformTopology, topologySchema } from './platform-topology';

const jobSchema = topologySchema.extend({
  ...configSchema.pick({ NATS_URL: true, NATS_USER: true, NATS_PASSWORD: true }).shape,
  /** How long `--wait` waits for somebody to apply it. Seconds. */
  WAIT_SECONDS: z.coerce.number().positive().default(300),
});

const PAUSE_MS = 1_000;

/**
 * The topology job: creates or updates every stream and durable before any worker starts. Never deletes. With `--wait`
 * it changes nothing, and ends when the server has what this release needs.
 */
async function main(): Promise<void> {
  const config = loadConfig(jobSchema);
  const { NATS_USER: user, NATS_PASSWORD: password } = config;
  const bus = await connectBus({
    url: config.NATS_URL,
    name: 'topology',
    logger: createLogger({ service: 'topology', level: 'warn' }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  });
  const wanted = platformTopology(config);
  const done = process.argv.includes('--wait')
    ? await untilThere(bus, wanted, config.WAIT_SECONDS)
    : await apply(bus, wanted);
  await bus.drain();
  console.log(done);
}

async function apply(bus: Bus, wanted: Topology): Promise<string> {
  const changes = await applyTopology(bus, wanted);
  return changes.length === 0
    ? 'The topology is up to date.'
    : `Changed ${changes.length} streams and consumers.`;
}

async function untilThere(bus: Bus, wanted: Topology, seconds: number): Promise<string> {
  const until = performance.now() + seconds * 1_000;
  for (;;) {
    const problems = await verifyTopology(bus, wanted).catch((error: unknown) => [String(error)]);
    if (problems.length === 0) return 'The topology is there.';
    if (performance.now() > until) throw new Error(`it is not there: ${problems.join(' ')}`);
    console.log(`Waiting: ${problems[0]}`);
    await delay(PAUSE_MS);
  }
}

main().catch((error: unknown) => {
  console.error(
    `The topology could not be applied: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exit(1);
});
