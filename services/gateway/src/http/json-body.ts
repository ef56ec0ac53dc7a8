import type { FastifyInstance } from 'fastify';

/**
 * JSON only: a form or plain text would slip past what a browser asks before it sends. An empty body is no body, since many
 * clients announce JSON on every POST.
 */
export function registerJsonBody(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body.toString(), done);
  });
}
