import { Readable } from 'node:stream';
import type { Film } from './film';

/**
 * While a reader's `write` holds one frame, one waits in the stream and one is drawn; a fourth is never alive, so the memory of
 * the first can be used again.
 */
const BUFFERS = 3;

/** The frames of a film as raw bytes, drawn only as fast as they are read. */
export function frameStream(film: Film): Readable {
  const size = film.width * film.height;
  const buffers = Array.from({ length: BUFFERS }, () => new Uint32Array(size));
  let next = 0;
  return new Readable({
    highWaterMark: 1,
    read() {
      if (next === film.frameCount) {
        this.push(null);
        return;
      }
      const index = next++;
      // A turn of the event loop for each frame: leases are renewed and health is answered while we draw.
      setImmediate(() => {
        if (this.destroyed) return;
        const pixels = buffers[index % BUFFERS] as Uint32Array;
        try {
          film.draw(index, pixels);
        } catch (error) {
          this.destroy(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        this.push(Buffer.from(pixels.buffer));
      });
    },
  });
}
