import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { UsageError } from './exit-codes';

const GLOBAL = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  url: { type: 'string' },
  key: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig;

const UPLOAD = { resume: { type: 'string' } } as const satisfies ParseArgsOptionsConfig;

const GENERATE = {
  out: { type: 'string', short: 'o' },
  model: { type: 'string', short: 'm' },
  duration: { type: 'string', short: 'd' },
  ratio: { type: 'string', short: 'r' },
  size: { type: 'string', short: 's' },
  seed: { type: 'string' },
  style: { type: 'string' },
  negative: { type: 'string' },
  'no-wait': { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

export interface Arguments {
  readonly command: string | undefined;
  readonly operands: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
}

/** The command line in parts. Throws `UsageError` with what is wrong and how to see what there is. */
export function readArguments(argv: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { ...GLOBAL, ...UPLOAD, ...GENERATE },
      allowPositionals: true,
    });
    const [command, ...operands] = positionals;
    return { command, operands, values };
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

export function text({ values }: Arguments, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}
