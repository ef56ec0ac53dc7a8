import { Readable } from 'node:stream';

export interface Peeked {
  readonly head: Buffer;
  /** The whole body again, the head first. Destroying it destroys the source. */
  readonly body: Readable;
}

/** Reads the first bytes of a stream without losing them. The head is shorter where the stream is. */
export async function peek(source: Readable, bytes: number): Promise<Peeked> {
  const rest = source[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < bytes) {
    const next = await rest.next();
    if (next.done === true) break;
    chunks.push(next.value);
    length += next.value.length;
  }
  const read = Buffer.concat(chunks);
  return { head: read.subarray(0, bytes), body: Readable.from(again(read, rest), { objectMode: false }) };
}

async function* again(read: Buffer, rest: AsyncIterableIterator<Buffer>): AsyncGenerator<Buffer> {
  if (read.length > 0) yield read;
  yield* rest;
}
