import type { FastifyRequest } from 'fastify';

/** Facts of a route that hooks must know before Nest does: give them with `@RouteConfig(...)`. */
interface RouteFacts {
  /** Needs no key. */
  readonly open?: boolean;
  /** Decides itself whether somebody without a key gets in; a key that is given must be good. */
  readonly keyOptional?: boolean;
  /** Takes a body of any length, as it comes. */
  readonly streamsBody?: boolean;
  /** Fails in the words of that API; all else fails as problem details. */
  readonly dialect?: 'openai';
}

export const OPEN_ROUTE: RouteFacts = { open: true };
export const KEY_OPTIONAL_ROUTE: RouteFacts = { keyOptional: true };
export const STREAMS_BODY: RouteFacts = { streamsBody: true };
export const OPENAI_ROUTE: RouteFacts = { dialect: 'openai' };
export const OPENAI_UPLOAD: RouteFacts = { dialect: 'openai', streamsBody: true };

export function routeFacts({ routeOptions }: FastifyRequest): RouteFacts {
  const { open, keyOptional, streamsBody, dialect } = (routeOptions.config ?? {}) as RouteFacts;
  return {
    ...{ open: open === true, keyOptional: keyOptional === true, streamsBody: streamsBody === true },
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
