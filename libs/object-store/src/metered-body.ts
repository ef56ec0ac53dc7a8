import { createHash } from 'node:crypto';
import { addAbortSignal, type Readable } from 'node:stream';
import { AppError } from '@shotloom/kernel';
import { checkContentType, checkKey, checkMetadata } from './object-key';
import type { PutOptions } from './object-store';

/** Passes a body on while it counts, hashes and limits it. One use only. */
export class MeteredBody {
  private readonly hash = createHash('sha256');
  private count = 0;

  constructor(
    private readonly body: Readable,
    private readonly options: PutOptions,
  ) {
    if (options.signal !== undefined) addAbortSignal(options.signal, body);
  }

  /** Checks key and options of a put; the body is destroyed when they are refused, so that no source is left open. */
  static forPut(key: string, body: Readable, options: PutOptions): MeteredBody {
    try {
      checkKey(key);
      checkContentType(options.contentType);
      checkMetadata(options.metadata ?? {});
      if (options.size !== undefined) checkLimit(options.size, options.maxBytes);
    } catch (error) {
      body.destroy();
      throw error;
    }
    return new MeteredBody(body, options);
  }

  /** The bytes, in chunks as they come. Throws `payload_too_large` before the chunk that is too much. */
  async *chunks(): AsyncGenerator<Buffer> {
    for await (const piece of this.body) {
      const chunk = asBuffer(piece);
      this.count += chunk.length;
      checkLimit(this.count, this.options.maxBytes);
      this.hash.update(chunk);
      yield chunk;
    }
    const { size } = this.options;
    if (size !== undefined && size !== this.count) {
      throw new AppError('invalid_input', `The body has ${this.count} bytes where ${size} were announced.`);
    }
  }

  /** The bytes in lists of chunks, each list of about `bytes` or what is left: as they are, to be written by one call. */
  async *batches(bytes: number): AsyncGenerator<Buffer[]> {
    let held: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.chunks()) {
      held.push(chunk);
      size += chunk.length;
      if (size < bytes) continue;
      yield held;
      [held, size] = [[], 0];
    }
    if (held.length > 0) yield held;
  }

  /**
   * The bytes in parts of exactly `partSize`, the last one shorter. Each part is a view of one buffer that is filled again,
   * so it is only valid until the next one is asked for. There is at least one part, empty for an empty body.
   */
  async *parts(partSize: number): AsyncGenerator<{ bytes: Buffer; last: boolean }> {
    const buffer = Buffer.allocUnsafe(partSize);
    let filled = 0;
    for await (const chunk of this.chunks()) {
      let offset = 0;
      while (offset < chunk.length) {
        // A full buffer is only handed on when more follows: that is how `last` is known without reading ahead.
        if (filled === partSize) {
          yield { bytes: buffer, last: false };
          filled = 0;
        }
        const copied = chunk.copy(buffer, filled, offset);
        filled += copied;
        offset += copied;
      }
    }
    yield { bytes: buffer.subarray(0, filled), last: true };
  }

  /** What has passed. Call it once, at the end. */
  result(): { size: number; sha256: string } {
    return { size: this.count, sha256: this.hash.digest('hex') };
  }

  /** Puts a name to what went wrong and makes sure that the source is closed. */
  fail(error: unknown): AppError {
    this.body.destroy();
    if (this.options.signal?.aborted === true) {
      return new AppError('cancelled', 'The upload was aborted; nothing was stored.', { cause: error });
    }
    return AppError.from(error);
  }
}

const asBuffer = (piece: unknown): Buffer => {
  if (Buffer.isBuffer(piece)) return piece;
  if (ArrayBuffer.isView(piece)) return Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  if (typeof piece === 'string') return Buffer.from(piece);
  throw new AppError('invalid_input', 'A body must be a stream of bytes or text.');
};

const checkLimit = (bytes: number, maxBytes: number | undefined): void => {
  if (maxBytes === undefined || bytes <= maxBytes) return;
  throw new AppError('payload_too_large', `The body is larger than the ${maxBytes} bytes that are allowed.`, {
    details: { maxBytes },
  });
};
