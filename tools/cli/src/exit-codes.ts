import { ShotloomError } from '@shotloom/sdk';

/** What the command ends with; scripts may rely on them. */
export const EXIT = {
  ok: 0,
  /** The job failed or was cancelled; of a batch all of them. */
  jobFailed: 1,
  /** The command line, the input or the request is not valid. */
  usage: 2,
  /** No key, or one that is not valid or may not do it. */
  unauthorized: 3,
  /** Not enough credits. */
  credits: 4,
  /** The server cannot be reached, or asks to come later. */
  unavailable: 5,
  /** Anything else. */
  internal: 6,
  /** Of a batch some were completed and some were not. */
  partly: 7,
  /** Ctrl-C, as shells say it. */
  interrupted: 130,
} as const;

/** A mistake in how the command was called: its sentence is all that is shown. */
export class UsageError extends Error {}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (!(error instanceof ShotloomError)) return EXIT.internal;
  if (error.status === 401 || error.status === 403) return EXIT.unauthorized;
  if (error.code === 'insufficient_credits') return EXIT.credits;
  if (error.code === 'network_error' || error.status === 429 || error.status >= 502) return EXIT.unavailable;
  return error.status >= 400 && error.status < 500 ? EXIT.usage : EXIT.internal;
}
