import { Readable } from 'node:stream';

export interface PeekOptions {
  /** That many bytes are looked at before the rest is asked for. */
  readonly bytes: number;
  /** Told of all bytes as they pass. */
  readonly onChunk: (chunk: Buffer) => void;
}

export interface Peeked {
  readonly head: Buffer;
  /** The whole body, `head` included. Closing it closes the body. */
  readonly whole: Readable;
}

/** Looks at the first bytes of a body, or at all of it where it has fewer. A body that fails here is closed. */
export async function peek(body: Readable, { bytes, onChunk }: PeekOptions): Promise<Peeked> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
  const first: Buffer[] = [];
  for (let size = 0; size < bytes;) {
    const next = await chunks.next();
    if (next.done === true) break;
    first.push(next.value);
    size += next.value.length;
  }
  const whole = Readable.from(joined(first, chunks, onChunk));
  whole.once('close', () => body.destroy());
  return { head: Buffer.concat(first).subarray(0, bytes), whole };
}

async function* joined(
  first: readonly Buffer[],
  rest: AsyncIterable<Buffer>,
  onChunk: (chunk: Buffer) => void,
): AsyncGenerator<Buffer> {
  for (const chunk of first) {
    onChunk(chunk);
    yield chunk;
  }
  for await (const chunk of rest) {
    onChunk(chunk);
    yield chunk;
  }
}
