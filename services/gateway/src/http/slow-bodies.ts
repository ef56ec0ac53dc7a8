import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '@shotloom/service-kit';
import { findPrincipal } from '../identity/principal';
import { sendProblem } from './problem.filter';
import { routeFacts } from './route-facts';

const LOOKS_PER_LIMIT = 10;
/** A stranger who was refused gets this share of the limit to stop sending. */
const STRANGERS_SHARE = 1 / 6;

/**
 * Ends requests whose body does not come: a small one must be there within the limit, one that streams may take for ever
 * but not stand still for the limit. Node's own timeout knows one limit for all routes, and would cut slow uploads.
 */
export function endSlowBodies(fastify: FastifyInstance, limitMs: number, logger: Logger): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if (encoding !== undefined || (length !== undefined && length !== '0')) {
      watch(request, reply, limitMs, logger);
    }
    done();
  });
}

function watch(request: FastifyRequest, reply: FastifyReply, limitMs: number, logger: Logger): void {
  const { raw } = request;
  const { streamsBody } = routeFacts(request);
  let since = performance.now();
  let read = raw.socket.bytesRead;
  let answered = false;
  const look = (): void => {
    const now = performance.now();
    // Bytes that wait for us to take them are no fault of the client.
    const moves = raw.socket.bytesRead !== read || raw.readableLength > 0;
    read = raw.socket.bytesRead;
    if (!answered && reply.raw.writableEnded) {
      answered = true;
      since = now;
    } else if (!answered && streamsBody === true && moves) since = now;
    const limit = answered && !findPrincipal(request) ? limitMs * STRANGERS_SHARE : limitMs;
    if (now - since < limit) return;
    if (answered) raw.socket.destroy();
    else refuse(request, reply, limitMs, logger);
  };
  const timer = setInterval(look, limitMs / LOOKS_PER_LIMIT).unref();
  raw.once('close', () => clearInterval(timer));
}

/** With the answer the connection ends, and with that whatever waits for the body. */
function refuse(request: FastifyRequest, reply: FastifyReply, limitMs: number, logger: Logger): void {
  const seconds = limitMs / 1000;
  const said =
    routeFacts(request).streamsBody === true
      ? `Nothing of the body came for ${seconds} seconds; nothing was kept. Send it again`
      : `The body did not come within ${seconds} seconds; send it again`;
  void reply.header('connection', 'close');
  sendProblem(Object.assign(new Error(said), { statusCode: 408 }), request, reply, logger);
}
