import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';

/** Bytes of a refused upload that are still read, so that its sender gets to see the answer. */
const MAX_DISCARDED = 16 * 1024 * 1024;

/**
 * The body of a request as a stream that may be destroyed: destroying the request itself would close the connection before the
 * refusal is sent. A sender that goes away makes the stream fail.
 */
export function uploadBody(req: IncomingMessage): Readable {
  const body = new PassThrough();
  req.once('close', () => {
    if (!req.complete) body.destroy(new Error('The sender went away before the end of its upload.'));
  });
  return req.pipe(body);
}

/** Reads what is left of a refused upload into nothing; cuts the connection where that is too much. */
export function discardRest(req: IncomingMessage): void {
  let bytes = 0;
  req.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_DISCARDED) req.destroy();
  });
}
