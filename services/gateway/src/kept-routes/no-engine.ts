import { AppError } from '@shotloom/kernel';

/** Routes whose engine is not part of this release: the route and its messages are fixed already, so that clients can be written. */
export function noEngine(what: string, instead: string): AppError {
  return new AppError(
    'provider_unavailable',
    `${what} cannot be made here yet: this release has no engine for it. ${instead}`,
  );
}
