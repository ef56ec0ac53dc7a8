import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';

export const MIB = 1024 * 1024;

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
