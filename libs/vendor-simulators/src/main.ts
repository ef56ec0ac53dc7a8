import { parseArgs } from 'node:util';
import { SIMULATED_VENDORS, SIMULATORS } from './registry';

const USAGE = `Usage: node dist/main.js <${SIMULATED_VENDORS.join('|')}> [options]
  --port <n>             port on 127.0.0.1 (any free one)
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
  const start = Object.hasOwn(SIMULATORS, vendor) ? SIMULATORS[vendor] : undefined;
  if (start === undefined || more.length > 0) throw new Error(USAGE);
  const simulator = await start({
    port: Number(values.port),
    seed: Number(values.seed),
    queueMs: range(values['queue-ms']),
    runMs: range(values['run-ms']),
    concurrency: Number(values.concurrency),
    media: { padToBytes: Number(values['pad-bytes']), scale: Number(values.scale) },
  });
  const fields = Object.entries(simulator.credential()).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`${vendor} is simulated at ${simulator.url}\n  ${fields.join('\n  ')}\n`);
  const stop = (): void => void simulator.stop().then(() => process.exit(0));
  process.once('SIGINT', stop).once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
