import proxy, { type FastifyHttpProxyOptions } from '@fastify/http-proxy';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import { sendProblem } from '../http/problem.filter';
import { STREAMS_BODY } from '../http/route-facts';

/** What storage reads, and no more: a header between us and the client must not become an order to our own client. */
const READ_HEADERS = ['range', 'if-range', 'if-none-match', 'if-modified-since', 'accept', 'user-agent'];
const WRITE_HEADERS = ['content-type', 'content-length'];

/** Passes `/media` on to storage as it is: bytes stream both ways, ranges and signatures are storage's to check. */
export async function registerMediaProxy(
  fastify: FastifyInstance,
  upstream: string,
  logger: Logger,
): Promise<void> {
  await fastify.register(async (scope) => {
    // The proxy brings parsers that pass bodies on as they come; ours must not stand in their way.
    scope.removeAllContentTypeParsers();
    scope.setErrorHandler((error, request, reply) => sendProblem(nameRefusal(error), request, reply, logger));
    await scope.register(proxy, proxyOptions(upstream, logger));
  });
}

function proxyOptions(upstream: string, logger: Logger): FastifyHttpProxyOptions {
  return {
    upstream,
    prefix: '/media',
    rewritePrefix: '/media',
    httpMethods: ['GET', 'HEAD', 'PUT'],
    config: STREAMS_BODY,
    // A player that pauses stops reading, and that is no failure.
    undici: { bodyTimeout: 0, connections: 256 },
    replyOptions: {
      rewriteRequestHeaders: (request, { host }) => ({ ...passedOn(request), ...(host ? { host } : {}) }),
      // The signature is the right to see it, from whatever page the player is on.
      // What storage says of its connection to us is not said of ours to the client.
      rewriteHeaders: ({ connection: _, 'keep-alive': __, ...headers }) => ({
        ...headers,
        'cross-origin-resource-policy': 'cross-origin',
      }),
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

function passedOn(request: Pick<FastifyRequest, 'headers' | 'method' | 'id'>): Record<string, string> {
  const names = request.method === 'PUT' ? [...READ_HEADERS, ...WRITE_HEADERS] : READ_HEADERS;
  const passed: Record<string, string> = { 'x-request-id': request.id };
  for (const name of names) {
    const value = request.headers[name];
    if (typeof value === 'string') passed[name] = value;
  }
  return passed;
}

/** The proxy throws plain errors at addresses that it will not ask for; such an address is no file. */
function nameRefusal(thrown: unknown): unknown {
  if (thrown instanceof AppError || !(thrown instanceof Error) || 'statusCode' in thrown) return thrown;
  return new AppError('not_found', 'There is no such file.', { cause: thrown });
}
