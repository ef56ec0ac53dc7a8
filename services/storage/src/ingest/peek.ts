import { Readable } from 'node:stream';

export interface Peeked {
  readonly head: Buffer;
  /** The whole body, `head` included. Closing it closes the body. */
  readonly whole: Readable;
}

/** Looks at the first bytes of a body, or at all of it where it has fewer. A body that fails here is closed. */
export async function peek(body: Readable, bytes: number): Promise<Peeked> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
  const held: Buffer[] = [];
  for (let size = 0; size < bytes;) {
    const next = await chunks.next();
    if (next.done === true) break;
    held.push(next.value);
    size += next.value.length;
  }
  const whole = Readable.from(joined(held, chunks));
  whole.once('close', () => body.destroy());
  return { head: Buffer.concat(held).subarray(0, bytes), whole };
}

async function* joined(held: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* held;
  yield* rest;
}
