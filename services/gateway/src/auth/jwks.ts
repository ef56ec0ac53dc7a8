import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { AccessTokens } from './access-tokens';
import { ACCESS_TOKENS } from './tokens';

/**
 * `/.well-known/jwks.json`: the public keys of access tokens. A signature says that a token was ours and not that its session lives: whoever
 * decides by one asks `rpc.gateway.verify-credential`.
 */
export function registerJwks(fastify: FastifyInstance, app: NestFastifyApplication): void {
  const tokens = app.get<AccessTokens | null>(ACCESS_TOKENS, { strict: false });
  fastify.get('/.well-known/jwks.json', async (_request, reply) =>
    reply.header('cache-control', 'public, max-age=300').send((await tokens?.jwks()) ?? { keys: [] }),
  );
}
