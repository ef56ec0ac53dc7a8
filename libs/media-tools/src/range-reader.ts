import { open } from 'node:fs/promises';

/** Random access to bytes that may be anywhere. */
export interface RangeReader {
  /** Bytes in all. */
  readonly size: number;
  /** The bytes from `start` up to and without `end`, like `slice`; never past `size`. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A reader of a file, to be closed. */
export async function openFileReader(path: string): Promise<RangeReader & { close(): Promise<void> }> {
  const handle = await open(path, 'r');
  const { size } = await handle.stat();
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.subarray(0, bytesRead);
  };
  return { size, read, close: () => handle.close() };
}
