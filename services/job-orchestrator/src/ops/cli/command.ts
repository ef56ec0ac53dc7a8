import type { ParseArgsConfig } from 'node:util';
import { z } from 'zod';
import type { Bus } from '@shotloom/bus';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../../schema/tables';

/** What a shell sees; documented in `--help` and in the README. */
export const EXIT = {
  ok: 0,
  /** Something was found that must not be, or a part of what was asked could not be done. */
  found: 1,
  usage: 2,
  /** There is no such job, attempt, message or provider; or it is not in a state for this. */
  refused: 3,
  /** Postgres or NATS did not answer, or something unexpected. */
  unavailable: 4,
} as const;

/** The same outcome for machines and for people. */
export interface Outcome {
  readonly json: unknown;
  readonly text: readonly string[];
  readonly exitCode: number;
}

export interface Connected {
  readonly database: Database<JobsSchema>;
  readonly bus: Bus;
}

export interface Invocation {
  /** Called once the words were understood, so that a wrong call needs nobody to answer. */
  readonly connect: () => Promise<Connected>;
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly env: NodeJS.ProcessEnv;
}

export interface Command {
  /** The words that choose it, for example `dead-letters list`. */
  readonly name: string;
  /** What follows the words, as `--help` shows it. */
  readonly usage: string;
  readonly summary: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** How many positional words there must be, at least and at most. */
  readonly positionals: readonly [number, number];
  run(invocation: Invocation): Promise<Outcome>;
}

/** The call was wrong; nothing was done. */
export class UsageError extends Error {}

export function requireId(text: string | undefined, what: string): string {
  if (z.guid().safeParse(text).success && text !== undefined) return text.toLowerCase();
  throw new UsageError(
    `${what} must be an id like 0190a5c6-1d2e-7000-8000-000000000000, not "${text ?? ''}".`,
  );
}

/** A whole number from 1 to `most`. */
export function readNumber(
  value: string | boolean | undefined,
  { name, otherwise, most }: { name: string; otherwise: number; most: number },
): number {
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 1 && number <= most) return number;
  throw new UsageError(`${name} must be a whole number from 1 to ${most}.`);
}

export function readText(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
