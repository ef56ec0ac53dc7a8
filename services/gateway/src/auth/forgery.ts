import type { FastifyRequest } from 'fastify';
import { CSRF_HEADER } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A browser sends cookies by itself, so a request that they authenticate must show that a page of ours sent it. Three signs, of which
 * another site can give none: a header of our own, which it may not set without a preflight that we refuse; the browser's own word on
 * where the request comes from (`Sec-Fetch-Site`, `Origin`), at least one of which every browser of today sends; and the cookies, which are
 * `SameSite=Strict`. A token to submit twice would add nothing: who can set our header can read our pages. Throws `forbidden`.
 */
export function refuseForgery(request: FastifyRequest, ownOrigin: string): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (request.headers[CSRF_HEADER] === undefined) {
    throw forged(
      `A request with cookies needs the header ${CSRF_HEADER}; programs send a bearer token instead.`,
    );
  }
  if (site !== undefined && site !== 'same-origin') throw forged('It comes from another site.');
  if (origin !== undefined && !isOwn(origin, request, ownOrigin)) throw forged('It comes from another site.');
  if (site === undefined && origin === undefined) {
    throw forged('The browser does not say where it comes from; use a newer one, or a bearer token.');
  }
}

/** The address that the door is known by, or the one that it was reached by. */
function isOwn(origin: string, request: FastifyRequest, ownOrigin: string): boolean {
  if (origin === ownOrigin) return true;
  return URL.canParse(origin) && new URL(origin).host === request.headers.host;
}

function forged(why: string): AppError {
  return new AppError('forbidden', `This request is refused. ${why}`);
}
