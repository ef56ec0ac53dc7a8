import { Readable } from 'node:stream';

export interface PeekOptions {
  /** That many bytes are looked at before the rest is asked for. */
  readonly bytes: number;
  /** So many of the first bytes are kept in memory as they pass. */
  readonly keepBytes: number;
}

export interface Peeked {
  readonly head: Buffer;
  /** The whole body, `head` included. Closing it closes the body. */
  readonly whole: Readable;
  /** What was kept; all of the body where that is no longer than `keepBytes`. To be asked for at the end of `whole`. */
  readonly kept: () => Buffer;
}

/** Looks at the first bytes of a body, or at all of it where it has fewer. A body that fails here is closed. */
export async function peek(body: Readable, { bytes, keepBytes }: PeekOptions): Promise<Peeked> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
  const first: Buffer[] = [];
  for (let size = 0; size < bytes;) {
    const next = await chunks.next();
    if (next.done === true) break;
    first.push(next.value);
    size += next.value.length;
  }
  const keeper = new Keeper(keepBytes);
  const whole = Readable.from(joined(first, chunks, keeper));
  whole.once('close', () => body.destroy());
  return { head: Buffer.concat(first).subarray(0, bytes), whole, kept: () => keeper.bytes() };
}

class Keeper {
  private readonly chunks: Buffer[] = [];
  private left: number;

  constructor(bytes: number) {
    this.left = bytes;
  }

  pass(chunk: Buffer): Buffer {
    if (this.left > 0) {
      this.chunks.push(chunk.subarray(0, this.left));
      this.left -= chunk.length;
    }
    return chunk;
  }

  bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

async function* joined(
  first: readonly Buffer[],
  rest: AsyncIterable<Buffer>,
  keeper: Keeper,
): AsyncGenerator<Buffer> {
  for (const chunk of first) yield keeper.pass(chunk);
  for await (const chunk of rest) yield keeper.pass(chunk);
}
