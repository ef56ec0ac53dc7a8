import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Counter } from 'prom-client';
import { assertNever, AppError, isId } from '@shotloom/kernel';
import { providerCallbackRpc } from '@shotloom/contracts';
import { verifyCallback } from '@shotloom/service-kit';
import { sendProblem } from '../http/problem.filter';
import type { GatewayParts } from '../platform/parts';
import { callbackHeaders } from './callback-headers';

/** Vendors' callbacks are a few kilobytes; the contract of the bus knows the same limit. */
const BODY_LIMIT_BYTES = 256 * 1024;
/** Each keeps its body until a worker has answered: this many, at most 16 MiB, and no more. */
const MAX_AT_ONCE = 64;
const TRY_AGAIN_MS = 5_000;

interface CallbackRoute {
  Params: { provider: string };
  Querystring: { attempt?: unknown; sig?: unknown };
}
type CallbackRequest = FastifyRequest<CallbackRoute>;
type Parts = Pick<GatewayParts, 'bus' | 'config' | 'logger' | 'metrics'>;

/**
 * `POST /webhooks/:provider?attempt=...&sig=...`: where vendors call back. They have no key of ours; that the address is ours is
 * checked before a byte of the body is read or anything is looked up, and what the body says is for the provider's workers to
 * believe. A vendor that gets 503 calls again, and what never comes is found by polling.
 */
export async function registerCallbacks(fastify: FastifyInstance, parts: Parts): Promise<void> {
  const answered = new Counter({
    name: 'shotloom_callbacks_total',
    help: 'Callbacks of vendors at addresses of ours, by what their workers said',
    labelNames: ['provider', 'verdict'],
    registers: [parts.metrics],
  });
  let running = 0;
  await fastify.register((scope, _options, done) => {
    // Signatures are over the bytes as they came, whatever they are called.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
      (_request, body, parsed) => parsed(null, body),
    );
    scope.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, parts.logger));
    scope.post<CallbackRoute>(
      '/webhooks/:provider',
      {
        onRequest: (request, reply, next) => {
          const refusal = refuse(request, parts.config.CALLBACK_SECRET, running);
          if (refusal) return next(refusal);
          running += 1;
          reply.raw.once('close', () => (running -= 1));
          next();
        },
      },
      (request, reply) => take(request, reply, parts, answered),
    );
    done();
  });
}

function refuse(
  { params, query }: CallbackRequest,
  secret: string | undefined,
  running: number,
): AppError | null {
  const { attempt, sig } = query;
  const signed =
    secret !== undefined &&
    isId(attempt) &&
    typeof sig === 'string' &&
    /^[a-z0-9-]{1,60}$/.test(params.provider) &&
    verifyCallback(secret, params.provider, attempt, sig);
  if (!signed) return new AppError('forbidden', 'This address was not made here.');
  if (running < MAX_AT_ONCE) return null;
  return tryAgain('Too many callbacks come at once; send it again.');
}

async function take(
  request: CallbackRequest,
  reply: FastifyReply,
  { bus, logger }: Parts,
  answered: Counter<'provider' | 'verdict'>,
): Promise<object> {
  const { provider } = request.params;
  const attemptId = String(request.query.attempt);
  const question = {
    attemptId,
    rawBody: Buffer.isBuffer(request.body) ? request.body.toString('base64') : '',
    headers: callbackHeaders(request.headers),
  };
  const answer = await bus
    .request(providerCallbackRpc(provider), question, { correlationId: request.id })
    .catch((error: unknown) => {
      answered.inc({ provider, verdict: 'unanswered' });
      throw tryAgain(`Callbacks of ${provider} cannot be taken now; send it again.`, error);
    });
  answered.inc({ provider, verdict: answer.verdict });
  const facts = { provider, attemptId, requestId: request.id, reason: answer.reason };
  switch (answer.verdict) {
    case 'taken':
      void reply.header('cache-control', 'no-store');
      return answer.reply ?? {};
    case 'refused':
      logger.warn(facts, 'a callback was refused by the worker');
      throw new AppError('forbidden', 'The signature or the body of this callback is not accepted.');
    case 'unknown':
      logger.info(facts, 'a callback came for an attempt that is over');
      throw Object.assign(new Error('Nothing is waiting for this callback any more'), { statusCode: 410 });
    default:
      return assertNever(answer.verdict);
  }
}

function tryAgain(message: string, cause?: unknown): AppError {
  return new AppError('unavailable', message, { retryable: true, retryAfterMs: TRY_AGAIN_MS, cause });
}
