import { parseArgs } from 'node:util';
import { AppError } from '@shotloom/kernel';
import { EXIT, UsageError, type Command, type Invocation } from './command';
import { findCommand, help, helpFor } from './commands';
import { connect, findAddresses, type Connections } from './connect';

export interface Streams {
  out(text: string): void;
  error(text: string): void;
}

const REFUSALS: ReadonlySet<string> = new Set(['not_found', 'conflict', 'forbidden']);

interface Parsed {
  readonly command: Command;
  readonly positionals: readonly string[];
  readonly values: Invocation['values'];
}

/** The operator's command: parses, connects, runs, prints. Returns the exit code; never throws. */
export async function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  folder: string,
  streams: Streams,
): Promise<number> {
  const json = args.includes('--json');
  try {
    if (args.length === 0 || isHelp(args[0])) {
      streams.out(help().join('\n'));
      return args.length === 0 ? EXIT.usage : EXIT.ok;
    }
    if (args.some(isHelp)) {
      streams.out(helpFor(findCommand(wordsOf(args)).command).join('\n'));
      return EXIT.ok;
    }
    return await execute(parse(args), json, env, folder, streams);
  } catch (error) {
    return report(error, json, streams);
  }
}

async function execute(
  { command, positionals, values }: Parsed,
  json: boolean,
  env: NodeJS.ProcessEnv,
  folder: string,
  streams: Streams,
): Promise<number> {
  let connections: Connections | undefined;
  const connectOnce = async (): Promise<Connections> =>
    (connections ??= await connect(findAddresses(env, folder)));
  try {
    const outcome = await command.run({ connect: connectOnce, positionals, values, env });
    streams.out(json ? JSON.stringify(outcome.json, null, 2) : outcome.text.join('\n'));
    return outcome.exitCode;
  } finally {
    await connections?.close();
  }
}

function parse(args: readonly string[]): Parsed {
  const { command } = findCommand(wordsOf(args));
  const words = command.name.split(' ').length;
  const options = { ...command.options, json: { type: 'boolean' as const } };
  const parsed = parseOrExplain(args, options);
  const positionals = parsed.positionals.slice(words);
  const [least, most] = command.positionals;
  if (positionals.length < least || positionals.length > most) {
    throw new UsageError(`Call it as: ${helpFor(command)[0]}`);
  }
  const values = Object.entries(parsed.values).map(([name, value]) => [
    name,
    Array.isArray(value) ? undefined : value,
  ]);
  return { command, positionals, values: Object.fromEntries(values) as Invocation['values'] };
}

function parseOrExplain(
  args: readonly string[],
  options: Command['options'],
): { positionals: string[]; values: Record<string, unknown> } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const isHelp = (arg: string | undefined): boolean => arg === '--help' || arg === '-h' || arg === 'help';
const wordsOf = (args: readonly string[]): string[] => {
  const firstOption = args.findIndex((arg) => arg.startsWith('-'));
  return firstOption === -1 ? [...args] : args.slice(0, firstOption);
};

function report(error: unknown, json: boolean, streams: Streams): number {
  if (error instanceof UsageError) {
    const hint = 'See `npm run ops -- --help`.';
    streams.error(
      json
        ? JSON.stringify({ error: { code: 'usage', message: error.message } })
        : `${error.message} ${hint}`,
    );
    return EXIT.usage;
  }
  const { code, message } = AppError.from(error);
  streams.error(json ? JSON.stringify({ error: { code, message } }) : message);
  return REFUSALS.has(code) ? EXIT.refused : EXIT.unavailable;
}
