import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ObjectStore } from '../src/index';

export const MIB = 1024 * 1024;

export const TEXT = { contentType: 'text/plain' };
export const VIDEO = { contentType: 'video/mp4' };

export const put = (store: ObjectStore, key: string, bytes: Uint8Array | string) =>
  store.put(key, Readable.from([Buffer.from(bytes)]), TEXT);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/**
 * The memory of this process without garbage: how much of that waits for the collector depends on how busy the machine is, and says
 * nothing of what is held.
 */
export function heldBytes(): number {
  collect();
  return process.memoryUsage.rss();
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Everything that a stream gives. */
export async function readAll(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) {
    if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A stream of `count` blocks that does not hold them; `onBlock` is called before each one, and may throw. */
export function blocks(
  count: number,
  size: number,
  onBlock: (index: number) => void = () => undefined,
): Readable {
  const block = randomBytes(size);
  return Readable.from(
    (function* generate() {
      for (let index = 0; index < count; index += 1) {
        onBlock(index);
        // Marked with its number, so that blocks in the wrong order are found.
        block.writeUInt32BE(index, 0);
        // A copy, because a stream reads ahead and this one's blocks would change under their reader.
        yield Buffer.from(block);
      }
    })(),
    { objectMode: false },
  );
}
