import type { IncomingHttpHeaders } from 'node:http';
import type { GetResult } from '../object-store';

const METADATA_PREFIX = 'x-amz-meta-';

/** What the headers of a GET or HEAD say of the object and of the part of it that follows. */
export function describeObject(headers: IncomingHttpHeaders): Omit<GetResult, 'body'> {
  const length = Number(headers['content-length'] ?? 0);
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '');
  const [start, end, size] = range === null ? [0, length - 1, length] : range.slice(1).map(Number);
  return {
    size: size ?? length,
    start: start ?? 0,
    end: end ?? length - 1,
    contentType: headers['content-type'] ?? 'application/octet-stream',
    etag: (headers.etag ?? '').replace(/^W\//, '').replaceAll('"', ''),
    lastModified: new Date(headers['last-modified'] ?? 0),
  };
}

/** The metadata that was given to `put`. */
export function userMetadata(headers: IncomingHttpHeaders): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(METADATA_PREFIX) && typeof value === 'string')
      metadata[name.slice(METADATA_PREFIX.length)] = value;
  }
  return metadata;
}
