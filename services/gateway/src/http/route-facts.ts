import type { FastifyRequest } from 'fastify';

/** Facts of a route that hooks must know before Nest does: give them with `@RouteConfig(...)`. */
interface RouteFacts {
  /** Needs no key. */
  readonly open?: boolean;
  /** Takes a body of any length, as it comes. */
  readonly streamsBody?: boolean;
}

export const OPEN_ROUTE: RouteFacts = { open: true };
export const STREAMS_BODY: RouteFacts = { streamsBody: true };

export function routeFacts({ routeOptions }: FastifyRequest): RouteFacts {
  const { open, streamsBody } = (routeOptions.config ?? {}) as RouteFacts;
  return { open: open === true, streamsBody: streamsBody === true };
}
