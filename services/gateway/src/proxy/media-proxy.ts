import type { FastifyInstance } from 'fastify';
import type { Logger } from '@shotloom/service-kit';
import { STREAMS_BODY } from '../http/route-facts';
import { registerUpstreamProxy } from './upstream-proxy';

const READ_HEADERS = ['range', 'if-range', 'if-none-match', 'if-modified-since', 'accept', 'user-agent'];
const WRITE_HEADERS = ['content-type', 'content-length'];

/** Passes `/media` on to storage: ranges and signatures are storage's to check. */
export function registerMediaProxy(
  fastify: FastifyInstance,
  upstream: string,
  logger: Logger,
): Promise<void> {
  const options = {
    upstream,
    prefix: '/media',
    methods: ['GET', 'HEAD', 'PUT'] as const,
    config: STREAMS_BODY,
    headersFor: (method: string) => (method === 'PUT' ? [...READ_HEADERS, ...WRITE_HEADERS] : READ_HEADERS),
    // The signature is the right to see it, from whatever page the player is on.
    answerHeaders: { 'cross-origin-resource-policy': 'cross-origin' },
    unreachable: 'Media cannot be read now; try again in a moment.',
    notThere: 'There is no such file.',
  };
  return registerUpstreamProxy(fastify, options, logger);
}
