import type { IncomingMessage } from 'node:http';
import { FetchFailure } from './fetch-failure';
import { retryAfterMs } from './retry-after';

/** What an answer's head means; only `body` is read on. */
export type Answer = { readonly kind: 'body' } | { readonly kind: 'redirect'; readonly location: string };

const REDIRECTS = [301, 302, 303, 307, 308];
/** Too early, too slow or too often: these say nothing about the link. */
const PASSING = [408, 421, 425, 429];
/** A server may ask for more patience than a message on the bus should have. */
const MAX_RETRY_AFTER_MS = 60_000;

/**
 * Throws `ended` for any other 4xx, because servers differ in how they name a signature that has run out (400, 401, 403, 404, 410),
 * and `unavailable` for all else that is not the whole thing.
 */
export function readAnswer({ statusCode = 0, headers }: IncomingMessage, name: string): Answer {
  if (statusCode === 200) return { kind: 'body' };
  const { location } = headers;
  if (REDIRECTS.includes(statusCode) && location !== undefined) return { kind: 'redirect', location };
  const message = `${name} answered ${statusCode}.`;
  if (statusCode >= 400 && statusCode < 500 && !PASSING.includes(statusCode)) {
    throw new FetchFailure('ended', message);
  }
  throw new FetchFailure('unavailable', message, {
    retryAfterMs: retryAfterMs(headers['retry-after'], MAX_RETRY_AFTER_MS),
  });
}
