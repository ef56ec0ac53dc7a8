import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@shotloom/kernel';
import { sendProblem } from '../http/problem.filter';
import type { GatewayParts } from '../platform/parts';
import type { Billing } from './billing';

/** Events are some kilobytes; the largest invoices have some hundred lines. */
const BODY_LIMIT_BYTES = 1024 * 1024;
/** Of strangers too, until their signature was looked at. */
const MAX_AT_ONCE = 32;

/**
 * `POST /webhooks/stripe`. 200: done, done before, or not for us. 403: not signed by Stripe, or too old. 503: not now, and Stripe sends it
 * again for three days. What will never do (paid is not what was offered) is 200, kept, counted and listed: sending it again helps nobody.
 */
export async function registerStripeWebhook(
  fastify: FastifyInstance,
  billing: Billing,
  { logger }: Pick<GatewayParts, 'logger'>,
): Promise<void> {
  let running = 0;
  await fastify.register((scope, _options, done) => {
    // The signature is over the bytes as they came.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
      (_request, body, parsed) => parsed(null, body),
    );
    scope.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, logger));
    scope.post(
      '/webhooks/stripe',
      {
        onRequest: (_request, reply, next) => {
          const refusal = refuse(billing, running);
          if (refusal !== null) return next(refusal);
          running += 1;
          reply.raw.once('close', () => (running -= 1));
          next();
        },
      },
      (request, reply) => take(request, reply, billing),
    );
    done();
  });
}

function refuse(billing: Billing, running: number): AppError | null {
  if (!billing.isOn) return new AppError('unavailable', 'Payments are not configured on this installation.');
  if (running < MAX_AT_ONCE) return null;
  return tryAgain('Too many events come at once; send it again.');
}

async function take(request: FastifyRequest, reply: FastifyReply, billing: Billing): Promise<object> {
  const { api, events } = billing.on;
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const signature = request.headers['stripe-signature'];
  const event = api.readEvent(body, typeof signature === 'string' ? signature : undefined);
  void reply.header('cache-control', 'no-store');
  try {
    return { outcome: await events.take(event, 'webhook', body.toString('utf8')) };
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_input') throw error;
    throw tryAgain('This event cannot be done now; send it again.', error);
  }
}

function tryAgain(message: string, cause?: unknown): AppError {
  return new AppError('unavailable', message, { retryable: true, retryAfterMs: 5_000, cause });
}
