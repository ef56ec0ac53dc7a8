import proxy, { type FastifyHttpProxyOptions } from '@fastify/http-proxy';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { AppError } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import { sendProblem } from '../http/problem.filter';

/** Passes `/media` on to storage as it is: bytes stream both ways, ranges and signatures are storage's to check. */
export async function registerMediaProxy(
  fastify: FastifyInstance,
  upstream: string,
  logger: Logger,
): Promise<void> {
  await fastify.register(async (scope) => {
    // The proxy brings parsers that pass bodies on as they come; ours must not stand in their way.
    scope.removeAllContentTypeParsers();
    await scope.register(proxy, proxyOptions(upstream, logger));
  });
}

function proxyOptions(upstream: string, logger: Logger): FastifyHttpProxyOptions {
  return {
    upstream,
    prefix: '/media',
    rewritePrefix: '/media',
    httpMethods: ['GET', 'HEAD', 'PUT'],
    // A player that pauses stops reading, and that is no failure.
    undici: { bodyTimeout: 0, connections: 256 },
    replyOptions: {
      // The signature is the right to see it, from whatever page the player is on.
      rewriteHeaders: (headers) => ({ ...headers, 'cross-origin-resource-policy': 'cross-origin' }),
      onError: (reply, { error }) => {
        const unreachable = new AppError('unavailable', 'Media cannot be read now; try again in a moment.', {
          retryable: true,
          retryAfterMs: 1_000,
          cause: error,
        });
        const typed = reply as unknown as FastifyReply;
        sendProblem(unreachable, typed.request, typed, logger);
      },
    },
  };
}
