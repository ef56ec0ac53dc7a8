import proxy, { type FastifyHttpProxyOptions } from '@fastify/http-proxy';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import { sendProblem } from '../http/problem.filter';

type Method = 'GET' | 'HEAD' | 'PUT';

export interface UpstreamProxyOptions {
  readonly upstream: string;
  readonly prefix: string;
  readonly methods: readonly Method[];
  /** Facts of the route for our own hooks. */
  readonly config: object;
  /**
   * The headers that the service behind reads, and no more: a header between us and the client must not become an order to
   * our own client.
   */
  readonly headersFor: (method: string) => readonly string[];
  /** Added to what the service answers. */
  readonly answerHeaders?: Readonly<Record<string, string>>;
  /** What to say where the service cannot be reached. */
  readonly unreachable: string;
  /** What to say of an address that the proxy will not ask for. */
  readonly notThere: string;
}

/** Passes what is below a prefix on to a service as it is: bytes stream both ways. In a cluster the Ingress does it. */
export async function registerUpstreamProxy(
  fastify: FastifyInstance,
  options: UpstreamProxyOptions,
  logger: Logger,
): Promise<void> {
  await fastify.register(async (scope) => {
    // The proxy brings parsers that pass bodies on as they come; ours must not stand in their way.
    scope.removeAllContentTypeParsers();
    scope.setErrorHandler((error, request, reply) =>
      sendProblem(nameRefusal(error, options.notThere), request, reply, logger),
    );
    await scope.register(proxy, proxyOptions(options, logger));
  });
}

function proxyOptions(options: UpstreamProxyOptions, logger: Logger): FastifyHttpProxyOptions {
  const { upstream, prefix, methods, config, answerHeaders = {}, unreachable } = options;
  return {
    upstream,
    prefix,
    rewritePrefix: prefix,
    httpMethods: [...methods],
    config,
    // A player that pauses stops reading, and events may be far apart: neither is a failure.
    undici: { bodyTimeout: 0, connections: 256 },
    replyOptions: {
      rewriteRequestHeaders: (request, { host }) => ({
        ...passedOn(request, options.headersFor(request.method)),
        ...(host ? { host } : {}),
      }),
      // What the service says of its connection to us is not said of ours to the client.
      rewriteHeaders: ({ connection: _, 'keep-alive': __, ...headers }) => ({ ...headers, ...answerHeaders }),
      onError: (reply, { error }) => {
        const failure = new AppError('unavailable', unreachable, {
          retryable: true,
          retryAfterMs: 1_000,
          cause: error,
        });
        const typed = reply as unknown as FastifyReply;
        sendProblem(failure, typed.request, typed, logger);
      },
    },
  };
}

function passedOn(
  request: Pick<FastifyRequest, 'headers' | 'method' | 'id'>,
  names: readonly string[],
): Record<string, string> {
  const passed: Record<string, string> = { 'x-request-id': request.id };
  for (const name of names) {
    const value = request.headers[name];
    if (typeof value === 'string') passed[name] = value;
  }
  return passed;
}

/** The proxy throws plain errors at addresses that it will not ask for. */
function nameRefusal(thrown: unknown, words: string): unknown {
  if (thrown instanceof AppError || !(thrown instanceof Error) || 'statusCode' in thrown) return thrown;
  return new AppError('not_found', words, { cause: thrown });
}
