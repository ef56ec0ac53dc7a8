import type { Readable } from 'node:stream';
import { ShotloomClient, ShotloomError } from '@shotloom/sdk';
import { readArguments, text, type Arguments } from './arguments';
import { listModels, showCredits } from './commands/account';
import { batch } from './commands/batch';
import { generate } from './commands/generate';
import { cancelJob, downloadJob, listJobs, watchJob } from './commands/jobs';
import { upload } from './commands/upload';
import type { Command } from './context';
import { EXIT, exitCodeOf, UsageError } from './exit-codes';
import { HELP } from './help';
import type { Terminal } from './terminal';

const COMMANDS: Readonly<Record<string, Command>> = {
  generate,
  batch,
  upload,
  models: listModels,
  jobs: listJobs,
  watch: watchJob,
  download: downloadJob,
  cancel: cancelJob,
  credits: showCredits,
};
const LOCAL_URL = 'http://127.0.0.1:3000';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Asked for only where a command reads it. */
  readonly stdin: () => Readable;
}

/** Runs one command line; answers with the exit code and never throws. */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { terminal, signal, stdin } = surroundings;
  try {
    const given = readArguments(argv);
    if (given.values['help'] === true || given.command === undefined || given.command === 'help') {
      terminal.out(HELP);
      return given.command === undefined && given.values['help'] !== true ? EXIT.usage : EXIT.ok;
    }
    const command = Object.hasOwn(COMMANDS, given.command) ? COMMANDS[given.command] : undefined;
    if (!command) throw new UsageError(`There is no command ${given.command}. See \`shotloom --help\`.`);
    const client = new ShotloomClient(accessOf(given, surroundings.env));
    const json = given.values['json'] === true;
    return await command({
      client,
      arguments: given,
      terminal,
      json,
      signal,
      stdin,
      fetch: globalThis.fetch,
    });
  } catch (error) {
    if (signal.aborted) return EXIT.interrupted;
    terminal.err(`${sentencesOf(error)}\n`);
    return exitCodeOf(error);
  }
}

function accessOf(given: Arguments, env: Surroundings['env']): { baseUrl: string; apiKey: string } {
  const baseUrl = text(given, 'url') ?? env['SHOTLOOM_URL'] ?? LOCAL_URL;
  if (!URL.canParse(baseUrl) || !/^https?:/i.test(baseUrl)) {
    throw new UsageError(
      `${JSON.stringify(baseUrl)} is no address: give --url or SHOTLOOM_URL, with https://.`,
    );
  }
  const apiKey = text(given, 'key') ?? env['SHOTLOOM_API_KEY'];
  if (apiKey) return { baseUrl, apiKey };
  throw new UsageError('An API key is needed: set SHOTLOOM_API_KEY.');
}

/** What happened, field by field where the server said so. */
function sentencesOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof ShotloomError)) return error.message;
  const fields = error.fields.map(({ field, reason }) => `  ${field}: ${reason}`);
  const id = error.errorId === undefined ? [] : [`  error id: ${error.errorId}`];
  return [error.message, ...fields, ...id].join('\n');
}
