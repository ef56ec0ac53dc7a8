import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requestSpan, type RequestSpan } from '@shotloom/service-kit';
import { routeOf } from './observe-requests';

/**
 * A span for every request. It is active from the handler's guards on: what Node calls when a body has come is not below the hooks
 * that ran before it, so it has to be entered after the body.
 */
export function traceRequests(fastify: FastifyInstance): void {
  const spans = new WeakMap<FastifyRequest, RequestSpan>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    spans.set(request, requestSpan(request.method, request.headers));
    done();
  });
  fastify.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span) span.within(done);
    else done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    spans.get(request)?.end(routeOf(request), { status: reply.statusCode });
    done();
  });
  fastify.addHook('onRequestAbort', (request, done) => {
    spans.get(request)?.end(routeOf(request), 'aborted');
    done();
  });
}
