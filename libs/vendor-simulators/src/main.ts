import { parseArgs } from 'node:util';
import { startStripeSimulator, STRIPE_DEMO_KEY, STRIPE_DEMO_WEBHOOK_SECRET } from './index';
import { SIMULATED_VENDORS, SIMULATORS } from './registry';

const USAGE = `Usage: node dist/main.js ${SIMULATED_VENDORS.join('|')}|stripe [options]
  --port <n>             its port (any free one)
  --webhook-url <url>    stripe: where its events go
 Of video vendors only:
  --host <address>       where it listens (127.0.0.1)
  --public-url <url>     how others reach it: what its links to videos begin with (where it listens)
  --seed <n>             seed of latencies and chances (1)
  --queue-ms <low,high>  how long a task waits (500,2000)
  --run-ms <low,high>    how long it works (4000,12000)
  --concurrency <n>      open tasks an account (20)
  --pad-bytes <n>        least size of a result (0)
  --scale <n>            share of the asked size that is rendered (1)`;

const range = (text: string): [number, number] => {
  const [low = Number.NaN, high = low] = text.split(',').map(Number);
  if (!(low >= 0 && high >= low)) throw new Error(`${text} is no range such as 500,2000.`);
  return [low, high];
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '0' },
      'webhook-url': { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      'public-url': { type: 'string' },
      seed: { type: 'string', default: '1' },
      'queue-ms': { type: 'string', default: '500,2000' },
      'run-ms': { type: 'string', default: '4000,12000' },
      concurrency: { type: 'string', default: '20' },
      'pad-bytes': { type: 'string', default: '0' },
      scale: { type: 'string', default: '1' },
      // Read by nobody here: the local runtime knows its own processes by it.
      'shotloom-data': { type: 'string' },
    },
  });
  const [vendor = '', ...more] = positionals;
  if (more.length > 0) throw new Error(USAGE);
  const simulator =
    vendor === 'stripe'
      ? await stripe(Number(values.port), values['webhook-url'])
      : await video(vendor, values);
  const stop = (): void => void simulator.stop().then(() => process.exit(0));
  process.once('SIGINT', stop).once('SIGTERM', stop);
}

async function stripe(port: number, webhookUrl: string | undefined): Promise<{ stop: () => Promise<void> }> {
  const simulator = await startStripeSimulator({ port });
  if (webhookUrl !== undefined) {
    simulator.run({ do: 'endpoint', url: webhookUrl, secret: STRIPE_DEMO_WEBHOOK_SECRET });
  }
  process.stdout.write(
    `Stripe is simulated at ${simulator.url}\n  secret key ${STRIPE_DEMO_KEY}, webhook secret ${STRIPE_DEMO_WEBHOOK_SECRET}\n`,
  );
  return simulator;
}

interface VideoFlags {
  readonly port: string;
  readonly host: string;
  readonly 'public-url'?: string;
  readonly seed: string;
  readonly 'queue-ms': string;
  readonly 'run-ms': string;
  readonly concurrency: string;
  readonly 'pad-bytes': string;
  readonly scale: string;
}

async function video(vendor: string, values: VideoFlags): Promise<{ stop: () => Promise<void> }> {
  const start = Object.hasOwn(SIMULATORS, vendor) ? SIMULATORS[vendor] : undefined;
  if (start === undefined) throw new Error(USAGE);
  const simulator = await start({
    port: Number(values.port),
    host: values.host,
    publicUrl: values['public-url']?.replace(/\/+$/, ''),
    seed: Number(values.seed),
    queueMs: range(values['queue-ms']),
    runMs: range(values['run-ms']),
    concurrency: Number(values.concurrency),
    media: { padToBytes: Number(values['pad-bytes']), scale: Number(values.scale) },
  });
  const fields = Object.entries(simulator.credential()).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`${vendor} is simulated at ${simulator.url}\n  ${fields.join('\n  ')}\n`);
  return simulator;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
