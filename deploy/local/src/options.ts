import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PAYMENTS } from './simulated-stripe';
import { SIMULATED } from './simulators';

export type Command = 'start' | 'stop' | 'status' | 'help';

/** What the command line and the environment ask for. */
export interface Options {
  readonly command: Command;
  readonly root: string;
  readonly dataDir: string;
  /** Ports that were asked for by name; all others are free ones. */
  readonly ports: { readonly gateway?: number; readonly postgres?: number; readonly nats?: number };
  /** Folder of the programs of a Postgres other than the one that comes with us. */
  readonly postgresPrograms: string | undefined;
  /** Engines to start; the simulated ones are among them. */
  readonly providers: readonly string[];
  /** Vendors that a simulator on this machine stands in for. */
  readonly simulate: readonly string[];
  /** Render a sample after the start: always, never, or only the first time. */
  readonly demo: 'always' | 'never' | 'once';
  readonly detach: boolean;
  /** Whether a process that died is started again. */
  readonly restart: boolean;
}

export const HELP = `npm start [-- flags]    starts everything and stays until Ctrl-C
  --port <n>            port of the gateway (SHOTLOOM_PORT); 0 for any; default 8080, or a free one when that is taken
  --data-dir <folder>   where all data is kept (SHOTLOOM_DATA_DIR); default .shotloom
  --providers <a,b>     engines to start (PROVIDERS_ENABLED); default animatic
  --simulate <a,b>      start a simulator of these vendors and their engines (SHOTLOOM_SIMULATE): ${SIMULATED.join(', ')}
  --demo, --no-demo     render a sample photograph after the start; default: the first time only
  --detach              return when all is ready, go on in the background
  --no-restart          leave a process that died as it is
npm run stop | npm run status`;

const FLAGS = {
  port: { type: 'string' },
  'data-dir': { type: 'string' },
  providers: { type: 'string' },
  simulate: { type: 'string' },
  demo: { type: 'boolean' },
  detach: { type: 'boolean' },
  restart: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Flags win over the environment. Throws one sentence for anything that it does not understand. */
export function parseOptions(argv: readonly string[], env: NodeJS.ProcessEnv, root: string): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: FLAGS,
    allowPositionals: true,
    allowNegative: true,
  });
  const simulate = simulated(values.simulate ?? env['SHOTLOOM_SIMULATE'] ?? '');
  const providers = list(values.providers ?? env['PROVIDERS_ENABLED'] ?? 'animatic');
  return {
    command: values.help === true ? 'help' : toCommand(positionals),
    root,
    dataDir: resolve(values['data-dir'] ?? env['SHOTLOOM_DATA_DIR'] ?? join(root, '.shotloom')),
    ports: {
      ...port('gateway', values.port ?? env['SHOTLOOM_PORT']),
      ...port('postgres', env['SHOTLOOM_POSTGRES_PORT']),
      ...port('nats', env['SHOTLOOM_NATS_PORT']),
    },
    postgresPrograms: env['SHOTLOOM_POSTGRES_BIN'] || undefined,
    providers: [...new Set([...providers, ...simulate.filter((name) => name !== PAYMENTS)])],
    simulate,
    demo: values.demo === undefined ? 'once' : values.demo ? 'always' : 'never',
    detach: values.detach ?? false,
    restart: values.restart ?? true,
  };
}

function toCommand([word, ...more]: readonly string[]): Command {
  if (more.length > 0) throw new Error(`Unexpected "${more.join(' ')}"; see npm start -- --help`);
  if (word === undefined || word === 'start') return 'start';
  if (word === 'stop' || word === 'status') return word;
  throw new Error(`Unknown command "${word}"; see npm start -- --help`);
}

function port(name: string, value: string | undefined): Record<string, number> {
  if (value === undefined || value === '') return {};
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0 && number < 65_536) return { [name]: number };
  throw new Error(`"${value}" is not a port for ${name}: give a number up to 65535, or 0 for a free one.`);
}

function list(value: string): string[] {
  const names = value.split(',').map((name) => name.trim());
  const bad = names.find((name) => name !== '' && !/^[a-z][a-z0-9-]*$/.test(name));
  if (bad !== undefined) throw new Error(`"${bad}" is not the name of a provider.`);
  return names.filter((name) => name !== '');
}

function simulated(value: string): string[] {
  const names = list(value);
  const unknown = names.find((name) => !SIMULATED.includes(name));
  if (unknown === undefined) return names;
  throw new Error(`There is no simulator of "${unknown}"; there is one of ${SIMULATED.join(', ')}.`);
}
