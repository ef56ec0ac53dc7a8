import type { FastifyInstance } from 'fastify';
import type { Logger } from '@shotloom/service-kit';
import { OPEN_ROUTE } from '../http/route-facts';
import { registerUpstreamProxy } from './upstream-proxy';

/** Passes `/api/v1/events` on to notifier, which asks for the key itself: one place decides who may watch. */
export function registerEventsProxy(
  fastify: FastifyInstance,
  upstream: string,
  logger: Logger,
): Promise<void> {
  const headers = ['authorization', 'x-api-key', 'cookie', 'origin', 'last-event-id', 'accept', 'user-agent'];
  const options = {
    upstream,
    prefix: '/api/v1/events',
    methods: ['GET'] as const,
    config: OPEN_ROUTE,
    headersFor: () => headers,
    unreachable: 'Events cannot be read now; try again in a moment.',
    notThere: 'There are no such events.',
  };
  return registerUpstreamProxy(fastify, options, logger);
}
