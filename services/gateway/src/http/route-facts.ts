import type { FastifyRequest } from 'fastify';

/** Facts of a route that hooks must know before Nest does: give them with `@RouteConfig(...)`. */
export interface RouteFacts {
  /** Needs no key. */
  readonly open?: boolean;
  /** Decides itself whether somebody without a key gets in; a key that is given must be good. */
  readonly keyOptional?: boolean;
  /** Takes a body of any length, as it comes. */
  readonly streamsBody?: boolean;
  /** The largest body, where that is more than what others take. Bytes. */
  readonly bodyLimit?: number;
  /** Takes CSV too, as the rows of a JSON body. */
  readonly takesCsv?: boolean;
  /** Fails in the words of that API; all else fails as problem details. */
  readonly dialect?: 'openai';
}

export const OPEN_ROUTE: RouteFacts = { open: true };
export const KEY_OPTIONAL_ROUTE: RouteFacts = { keyOptional: true };
export const STREAMS_BODY: RouteFacts = { streamsBody: true };
/** Lists of orders. */
export const BATCH_BODY: RouteFacts = { bodyLimit: 4 * 1024 * 1024, takesCsv: true };
export const OPENAI_ROUTE: RouteFacts = { dialect: 'openai' };
export const OPENAI_UPLOAD: RouteFacts = { dialect: 'openai', streamsBody: true };

export function routeFacts({ routeOptions }: Pick<FastifyRequest, 'routeOptions'>): RouteFacts {
  const { open, keyOptional, streamsBody, takesCsv, dialect } = (routeOptions.config ?? {}) as RouteFacts;
  return {
    ...{ open: open === true, keyOptional: keyOptional === true, streamsBody: streamsBody === true },
    takesCsv: takesCsv === true,
    ...(dialect ? { dialect } : {}),
  };
}

/** Where a credential is needed. An address without a route has no pattern, and is not found by anybody. */
const PROTECTED = ['/api/', '/v1/', '/uploads/', '/paths'];

/** Whether a credential is asked for here; where it is optional, also that of somebody who gives none. */
export function needsCredential(request: FastifyRequest): boolean {
  const pattern = request.routeOptions.url ?? '';
  return PROTECTED.some((prefix) => pattern.startsWith(prefix)) && routeFacts(request).open !== true;
}
