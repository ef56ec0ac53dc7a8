import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { UsageError } from './exit-codes';

const GLOBAL = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  url: { type: 'string' },
  key: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

const UPLOAD = { resume: { type: 'string' } } as const satisfies ParseArgsOptionsConfig;

const OUT = { out: { type: 'string', short: 'o' } } as const satisfies ParseArgsOptionsConfig;

const BATCH = {
  ...OUT,
  quote: { type: 'boolean' },
  wait: { type: 'boolean' },
  overwrite: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

const GENERATE = {
  ...OUT,
  model: { type: 'string', short: 'm' },
  duration: { type: 'string', short: 'd' },
  ratio: { type: 'string', short: 'r' },
  size: { type: 'string', short: 's' },
  seed: { type: 'string' },
  style: { type: 'string' },
  negative: { type: 'string' },
  'no-wait': { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

/** What each command takes besides what all take. */
const OPTIONS: Readonly<Record<string, ParseArgsOptionsConfig>> = {
  generate: GENERATE,
  batch: BATCH,
  upload: UPLOAD,
  watch: OUT,
  download: OUT,
};

export interface Arguments {
  readonly command: string | undefined;
  readonly operands: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
}

/**
 * The command line in parts. Throws `UsageError` with what is wrong and how to see what there is; an option of another command is refused
 * too: who asks `generate` for a `--quote` does not want to pay.
 */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parse(argv);
  const [command, ...operands] = positionals;
  for (const name of Object.keys(values)) {
    if (command === undefined || Object.hasOwn(GLOBAL, name)) continue;
    if (Object.hasOwn(OPTIONS, command) && Object.hasOwn(OPTIONS[command] ?? {}, name)) continue;
    throw new UsageError(`--${name} is no option of \`shotloom ${command}\`. See \`shotloom --help\`.`);
  }
  return { command, operands, values };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: { ...GLOBAL, ...UPLOAD, ...GENERATE, ...BATCH },
      allowPositionals: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw new UsageError(`${reason}. See \`shotloom --help\`.`);
  }
}

/** A whole number of an option, or undefined where it was not given. */
export function wholeNumber({ values }: Arguments, name: string): number | undefined {
  const text = values[name];
  if (typeof text !== 'string') return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} needs a whole number, and ${JSON.stringify(text)} is none.`);
}

/** Whether an option without a value was given. */
export function flag({ values }: Arguments, name: string): boolean {
  return values[name] === true;
}

export function text({ values }: Arguments, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}
