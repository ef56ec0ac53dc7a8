import type { ObjectStore } from './object-store';
import { AppError } from '@shotloom/kernel';

/** Random access to one object, in the shape that `@shotloom/media-tools` probes through. */
export interface ObjectRangeReader {
  /** Bytes. */
  readonly size: number;
  /** The bytes from `start` up to and without `end`, like `slice`. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** Opens an object for reading pieces of it without downloading it all. Throws `not_found`. */
export async function openRangeReader(
  store: ObjectStore,
  key: string,
  options: { signal?: AbortSignal } = {},
): Promise<ObjectRangeReader> {
  const stat = await store.stat(key);
  if (stat === undefined) throw new AppError('not_found', `There is no object "${key}".`);
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    if (end <= start) return new Uint8Array();
    const { body, etag } = await store.get(key, { ...options, range: { start, end: end - 1 } });
    if (etag !== stat.etag) {
      body.destroy();
      throw new AppError('conflict', `The object "${key}" was replaced while it was read.`, {
        retryable: true,
      });
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) {
      if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  };
  return { size: stat.size, read };
}
