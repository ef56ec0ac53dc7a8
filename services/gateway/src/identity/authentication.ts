import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Principal } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { Cookies } from '../auth/cookies';
import { refuseForgery } from '../auth/forgery';
import type { SessionVerifier } from '../auth/session-verifier';
import { needsCredential, routeFacts } from '../http/route-facts';
import type { Credentials } from './credentials';
import { setPrincipal } from './principal';

export interface Authentication {
  readonly credentials: Credentials;
  readonly sessions: SessionVerifier;
  readonly cookies: Cookies;
  /** That pages of ours have. */
  readonly ownOrigin: string;
}

/** Asks who it is as soon as the headers are there: a stranger cannot make us take a body in, not even wait for one. */
export function authenticateRequests(fastify: FastifyInstance, parts: Authentication): void {
  fastify.addHook('onRequest', async (request) => {
    if (!needsCredential(request)) return;
    const given = readCredential(request, parts.cookies);
    if (given === null && routeFacts(request).keyOptional === true) return;
    if (given?.from === 'cookie') refuseForgery(request, parts.ownOrigin);
    const principal = given && (await verifyCredential(given.value, parts));
    if (!principal) throw unauthorized(given);
    setPrincipal(request, principal);
  });
}

export interface GivenCredential {
  readonly from: 'header' | 'cookie';
  readonly value: string;
}

/**
 * `Authorization: Bearer <key or access token>`, `X-API-Key: <key>`, or the cookie of a page; the first that is there counts, and is not
 * helped out by another. Null where there is none.
 */
function readCredential(request: FastifyRequest, cookies: Cookies): GivenCredential | null {
  const { authorization, 'x-api-key': header } = request.headers;
  const [, bearer] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (bearer !== undefined) return { from: 'header', value: bearer };
  if (typeof header === 'string' && header !== '') return { from: 'header', value: header };
  const cookie = authorization === undefined ? cookies.read(request, 'access') : null;
  return cookie === null || cookie === '' ? null : { from: 'cookie', value: cookie };
}

/** A JWT has dots, which a key has not. */
async function verifyCredential(
  value: string,
  { credentials, sessions }: Pick<Authentication, 'credentials' | 'sessions'>,
): Promise<Principal | null> {
  return value.includes('.') ? sessions.verify(value) : credentials.verifyApiKey(value);
}

export function unauthorized(given: GivenCredential | null): AppError {
  return new AppError('unauthorized', sentence(given));
}

function sentence(given: GivenCredential | null): string {
  if (given === null) {
    return 'An API key or a session is needed: send `Authorization: Bearer <key>` or `X-API-Key: <key>`, or sign in.';
  }
  return given.value.includes('.')
    ? 'This session has ended, or its access token has: refresh it, or sign in again.'
    : 'This API key is not valid: it is unknown, expired or revoked.';
}
