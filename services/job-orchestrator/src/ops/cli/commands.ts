import { afterRestoreCommand } from './after-restore-command';
import { auditCommand } from './audit-command';
import { checkCommand } from './check-command';
import { EXIT, UsageError, type Command } from './command';
import { deadLetterCommands } from './dead-letter-commands';
import { providerCommands } from './provider-commands';
import { stuckCommand } from './stuck-command';
import { table } from './text';
import { uncertainCommands } from './uncertain-commands';

export const COMMANDS: readonly Command[] = [
  auditCommand,
  checkCommand,
  stuckCommand,
  ...deadLetterCommands,
  ...uncertainCommands,
  ...providerCommands,
  afterRestoreCommand,
];

/** The command that the words begin with, and the words after its name. */
export function findCommand(words: readonly string[]): { command: Command; rest: readonly string[] } {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ');
    const command = COMMANDS.find((candidate) => candidate.name === name);
    if (command && words.length >= length) return { command, rest: words.slice(length) };
  }
  throw new UsageError(
    words.length === 0 ? 'Say what to do.' : `There is no command "${words.slice(0, 2).join(' ')}".`,
  );
}

export function help(): string[] {
  return [
    'npm run ops -- <command> [--json]',
    '',
    ...table(
      COMMANDS.map(({ name, usage }) => `  ${`${name} ${usage}`.trim()}`).map((call, at) => [
        call,
        COMMANDS[at]?.summary ?? '',
      ]),
    ),
    '',
    'Addresses: DATABASE_URL and NATS_URL, else the platform that runs here (.shotloom/runtime.json).',
    `Exit codes: ${EXIT.ok} all is well; ${EXIT.found} a check failed or a part was refused; ${EXIT.usage} the call is wrong;`,
    `${EXIT.refused} there is no such thing, or not in a state for this; ${EXIT.unavailable} Postgres or NATS did not answer.`,
  ];
}

export function helpFor({ name, usage, summary }: Command): string[] {
  return [`npm run ops -- ${name} ${usage} [--json]`.replace('  ', ' '), `  ${summary}`];
}
