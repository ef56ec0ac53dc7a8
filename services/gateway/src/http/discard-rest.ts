import type { FastifyRequest } from 'fastify';

/** More than this of a refused body is not read to its end. */
const DISCARD_BYTES = 256 * 1024 * 1024;

/**
 * Reads what is left of a refused body and forgets it: a client that still sends would not see our answer otherwise, and
 * its connection would be stuck. Who sends very much more is cut off.
 */
export function discardRest({ raw }: FastifyRequest): void {
  let left = DISCARD_BYTES;
  raw.unpipe();
  raw.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) raw.destroy();
  });
  raw.resume();
}
