import { Counter, Histogram } from 'prom-client';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newId } from '@shotloom/kernel';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';
import { findPrincipal } from '../identity/principal';

const SAFE_ID = /^[A-Za-z0-9._-]{1,64}$/;
const QUIET_ROUTES = new Set(['/api/v1/health', '/health']);
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The caller's request id where it is harmless, so that one id can be followed through everything; else a new one. */
export function requestId(raw: { readonly headers: Record<string, string | string[] | undefined> }): string {
  const given = raw.headers['x-request-id'];
  return typeof given === 'string' && SAFE_ID.test(given) ? given : newId();
}

/** One log line and one measurement for every request. */
export function observeRequests(fastify: FastifyInstance, logger: Logger, metrics: MetricsRegistry): void {
  const seconds = new Histogram({
    name: 'shotloom_http_request_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['route', 'method', 'status'],
    buckets: BUCKETS,
    registers: [metrics],
  });
  const aborted = new Counter({
    name: 'shotloom_http_requests_aborted_total',
    help: 'Requests whose client left before the answer',
    labelNames: ['route', 'method'],
    registers: [metrics],
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const labels = { route: routeOf(request), method: request.method, status: String(reply.statusCode) };
    seconds.observe(labels, reply.elapsedTime / 1000);
    const facts = { ...describe(request, reply), status: reply.statusCode };
    if (QUIET_ROUTES.has(labels.route)) logger.debug(facts, 'request');
    else logger.info(facts, 'request');
    done();
  });
  fastify.addHook('onRequestAbort', (request, done) => {
    aborted.inc({ route: routeOf(request), method: request.method });
    logger.info({ ...describe(request), outcome: 'aborted' }, 'request');
    done();
  });
}

/** Never the query: it may hold a ticket or a signature. */
function describe(request: FastifyRequest, reply?: FastifyReply): object {
  const principal = findPrincipal(request);
  return {
    requestId: request.id,
    method: request.method,
    route: routeOf(request),
    path: loggedPath(request.url),
    remote: request.ip,
    ...(principal ? { userId: principal.userId } : {}),
    ...(reply ? { durationMs: Math.round(reply.elapsedTime * 10) / 10 } : {}),
  };
}

/** Longer than any name or id of ours. */
const LONG_SEGMENT = /[^/]{41,}/g;

/** Without the query. What is longer than an id may be a key or a token that somebody put into the wrong place. */
export function loggedPath(url: string): string {
  return (url.split('?', 1)[0] ?? '').replace(LONG_SEGMENT, '[long]');
}

/** The pattern and not the address, so that labels come from a closed set. */
export function routeOf(request: FastifyRequest): string {
  return request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched');
}
