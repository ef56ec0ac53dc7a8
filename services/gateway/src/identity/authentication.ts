import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@shotloom/kernel';
import { routeFacts } from '../http/route-facts';
import type { Credentials } from './credentials';
import { setPrincipal } from './principal';

const PROTECTED = '/api/';

/** Asks for the key as soon as the headers are there: a stranger cannot make us take a body in, not even wait for one. */
export function authenticateRequests(fastify: FastifyInstance, credentials: Credentials): void {
  fastify.addHook('onRequest', async (request, reply) => {
    // An address without a route has no pattern, and is not found by anybody.
    const isProtected = request.routeOptions.url?.startsWith(PROTECTED) === true;
    if (!isProtected || routeFacts(request).open === true) return;
    const key = readApiKey(request.headers);
    const principal = key === null ? null : await credentials.verifyApiKey(key);
    if (!principal) throw unauthorized(reply, key);
    setPrincipal(request, principal);
  });
}

/** `Authorization: Bearer <key>` or `X-API-Key: <key>`; null where there is neither. */
function readApiKey(headers: FastifyRequest['headers']): string | null {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const header = headers['x-api-key'];
  return bearer ?? (typeof header === 'string' && header !== '' ? header : null);
}

export function unauthorized(reply: FastifyReply, key: string | null): AppError {
  void reply.header('www-authenticate', 'Bearer realm="shotloom"');
  return new AppError(
    'unauthorized',
    key === null
      ? 'An API key is needed: send it as `Authorization: Bearer <key>` or `X-API-Key: <key>`.'
      : 'This API key is not valid: it is unknown, expired or revoked.',
  );
}
