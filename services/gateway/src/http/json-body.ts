import type { FastifyInstance } from 'fastify';
import { routeFacts, type RouteFacts } from './route-facts';

/**
 * JSON only: a form or plain text would slip past what a browser asks before it sends. An empty body is no body, since many
 * clients announce JSON on every POST. Routes of lists take CSV beside it, which a browser asks about just as well; `readCsv` makes the
 * body of it.
 */
export function registerJsonBody(fastify: FastifyInstance, readCsv: (text: string) => unknown): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body.toString(), done);
  });
  fastify.addHook('onRoute', (route) => {
    const { bodyLimit } = (route.config ?? {}) as RouteFacts;
    if (bodyLimit !== undefined) route.bodyLimit = bodyLimit;
  });
  fastify.addContentTypeParser('text/csv', { parseAs: 'string' }, (request, body, done) => {
    if (!routeFacts(request).takesCsv) return done(unsupported());
    try {
      done(null, readCsv(body.toString()));
    } catch (error) {
      done(error instanceof Error ? error : new Error('The CSV cannot be read.'));
    }
  });
}

const unsupported = (): Error => Object.assign(new Error('Unsupported Media Type'), { statusCode: 415 });
