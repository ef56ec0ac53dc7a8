import type { IncomingHttpHeaders } from 'node:http';
import { contentDisposition } from '../content-disposition';
import type { ObjectStat } from '../object-store';

const MAX_CACHE_SECONDS = 3600;
/** Types that a browser shows without ever running anything in them. */
const INERT = /^(?:video\/|audio\/|image\/(?:jpeg|png|webp|gif|avif)$)/;

/** What describes the object and how long it may be kept; also right on a 304. */
export function cacheHeaders(stat: ObjectStat, expires: number): Headers {
  const left = Math.max(0, expires - Math.floor(Date.now() / 1000));
  return new Headers({
    ETag: `"${stat.etag}"`,
    'Last-Modified': stat.lastModified.toUTCString(),
    'Accept-Ranges': 'bytes',
    'Cache-Control': `private, max-age=${Math.min(left, MAX_CACHE_SECONDS)}`,
    'X-Content-Type-Options': 'nosniff',
  });
}

/** Type and disposition. Whatever a browser might run is sandboxed: it comes from the same origin as the console. */
export function contentHeaders(contentType: string, downloadName: string | undefined): Headers {
  const headers = new Headers({
    'Content-Type': contentType,
    'Content-Disposition': contentDisposition(downloadName),
    'Cross-Origin-Resource-Policy': 'same-site',
  });
  if (!INERT.test(contentType)) headers.set('Content-Security-Policy', "default-src 'none'; sandbox");
  return headers;
}

/** True if the client's copy is still good. `If-None-Match` wins over the date, as RFC 9110 has it. */
export function isNotModified(headers: IncomingHttpHeaders, stat: ObjectStat): boolean {
  const match = headers['if-none-match'];
  if (match !== undefined) {
    const known = match.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    return known.includes('*') || known.includes(`"${stat.etag}"`);
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && wholeSeconds(stat.lastModified) <= since;
}

/** False if `If-Range` names another state than the present one: then everything is sent and not a part of something else. */
export function rangeMayApply(headers: IncomingHttpHeaders, stat: ObjectStat): boolean {
  const condition = headers['if-range'];
  if (typeof condition !== 'string') return true;
  if (condition.startsWith('"')) return condition === `"${stat.etag}"`;
  return Date.parse(condition) === wholeSeconds(stat.lastModified);
}

const wholeSeconds = (date: Date): number => Math.floor(date.getTime() / 1000) * 1000;
