import { open } from 'node:fs/promises';

/** Random access to bytes that may be anywhere. */
export interface RangeReader {
  /** Bytes in all. */
  readonly size: number;
  /** The beginning, as far as it is in memory already: that spares reads. */
  readonly head?: Uint8Array;
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

/** Answers from the head where that holds all that is asked for. */
export async function readBytes(reader: RangeReader, start: number, end: number): Promise<Uint8Array> {
  const { head } = reader;
  return head !== undefined && end <= head.length ? head.subarray(start, end) : reader.read(start, end);
}
