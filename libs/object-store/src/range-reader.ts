import { AppError } from '@shotloom/kernel';
import type { ObjectRangeReader, ObjectStore, ReaderOptions } from './object-store';

/** A reader that asks the store for every piece, and notices by the etag when the object is another one by now. */
export async function openPieceReader(
  store: Pick<ObjectStore, 'stat' | 'get'>,
  key: string,
  options: ReaderOptions = {},
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
  return { size: stat.size, read, close: () => Promise.resolve() };
}
