import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Exchange } from './exchange';
import { FetchFailure } from './fetch-failure';

export interface BodyLimits {
  readonly maxBytes: number;
  /** Between two chunks, while somebody waits for one: our own slowness is not the server's. Milliseconds. */
  readonly idleMs: number;
}

/** Bytes that the server announced; undefined where it did not. Throws `too_large`. */
export function announcedBytes(
  { headers }: IncomingMessage,
  name: string,
  maxBytes: number,
): number | undefined {
  const length = headers['content-length'];
  if (length === undefined) return undefined;
  const bytes = Number(length);
  if (bytes > maxBytes) throw tooLarge(name, maxBytes, `has ${bytes} bytes`);
  return bytes;
}

/**
 * The body within its limits, as fast as it is taken. It fails with a `FetchFailure`; closing it at any time, also unread, closes
 * the connection.
 */
export function limitedBody(
  response: IncomingMessage,
  exchange: Exchange,
  name: string,
  limits: BodyLimits,
): Readable {
  const body = Readable.from(chunks(response, exchange, name, limits));
  body.once('close', () => {
    exchange.close();
    response.destroy();
  });
  return body;
}

async function* chunks(
  response: IncomingMessage,
  exchange: Exchange,
  name: string,
  { maxBytes, idleMs }: BodyLimits,
): AsyncGenerator<Buffer> {
  const source = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const inTime = exchange.watch(idleMs, 'sent nothing more');
  let bytes = 0;
  for (;;) {
    const next = await inTime(() => source.next());
    if (next.done === true) break;
    bytes += next.value.length;
    if (bytes > maxBytes) throw tooLarge(name, maxBytes, 'goes on after it');
    yield next.value;
  }
  if (!response.complete) throw new FetchFailure('unavailable', `${name} broke off after ${bytes} bytes.`);
}

const tooLarge = (name: string, maxBytes: number, how: string): FetchFailure =>
  new FetchFailure('too_large', `${name} ${how}, at most ${maxBytes} are allowed.`);
