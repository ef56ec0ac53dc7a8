import type { Readable } from 'node:stream';
import type { ShotloomClient } from '@shotloom/sdk';
import type { Arguments } from './arguments';
import type { Terminal } from './terminal';

/** What a command works with. */
export interface Context {
  readonly client: ShotloomClient;
  readonly arguments: Arguments;
  readonly terminal: Terminal;
  /** One line of JSON a result. */
  readonly json: boolean;
  readonly signal: AbortSignal;
  readonly stdin: () => Readable;
  readonly fetch: typeof globalThis.fetch;
}

/** Answers with the exit code. */
export type Command = (context: Context) => Promise<number>;

/** One result: as JSON, or in words. */
export function print({ json, terminal }: Context, value: unknown, words: string): void {
  terminal.out(json ? `${JSON.stringify(value)}\n` : `${words}\n`);
}
