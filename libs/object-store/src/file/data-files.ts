import { constants, createReadStream } from 'node:fs';
import { copyFile, link, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import type { MeteredBody } from '../metered-body';
import type { ObjectRangeReader } from '../object-store';
import { hasCode, isMissing, makeFolder, type FileLayout } from './file-layout';
import type { Syncing } from './syncing';

/** So much is written by one call, and held until then: enough to spare calls, little enough that what is held stays young. */
const WRITE_BYTES = 256 * 1024;

/** Writes a body to a new data file and returns when the disk has its bytes; the folder's entry is left to `commit`. */
export async function writeDataFile(
  layout: FileLayout,
  name: string,
  body: MeteredBody,
  syncing: Syncing,
): Promise<void> {
  const handle = await openNew(layout.dataPath(name), syncing);
  try {
    for await (const chunks of body.batches(WRITE_BYTES)) await writeAll(handle, chunks);
    await syncing.file(handle);
  } finally {
    await handle.close();
  }
}

/** The folder is nearly always there, so it is made only when it turns out not to be. */
async function openNew(path: string, syncing: Syncing): Promise<FileHandle> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if (!isMissing(error)) throw error;
    await makeFolder(dirname(path), syncing);
    return open(path, 'wx');
  }
}

async function writeAll(handle: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  const { bytesWritten } = await handle.writev(chunks);
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
  // A disk that is nearly full takes a part; the next call then says why.
  if (bytesWritten < bytes) await handle.appendFile(Buffer.concat(chunks).subarray(bytesWritten));
}

/** Data files never change, so a copy is a second name for the same bytes wherever the file system can do that. */
export async function shareDataFile(
  layout: FileLayout,
  from: string,
  to: string,
  syncing: Syncing,
): Promise<void> {
  const [source, target] = [layout.dataPath(from), layout.dataPath(to)];
  await makeFolder(dirname(target), syncing);
  try {
    await link(source, target);
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'EMLINK', 'ENOTSUP', 'ENOSYS')) throw error;
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    const handle = await open(target, 'r+');
    await syncing.file(handle).finally(() => handle.close());
  }
}

/** Reads from `start` to `end`, both included, and closes the handle at the end; an `end` before `start` reads nothing. */
export async function readSlice(
  handle: FileHandle,
  start: number,
  end: number,
  signal: AbortSignal | undefined,
): Promise<Readable> {
  if (end < start) {
    await handle.close();
    return Readable.from([]);
  }
  return createReadStream('', { fd: handle, start, end, autoClose: true, ...(signal ? { signal } : {}) });
}

/** A reader of one version, whatever becomes of the key: a data file that is open can be read after its removal. */
export function handleReader(
  handle: FileHandle,
  size: number,
  signal: AbortSignal | undefined,
): ObjectRangeReader {
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    signal?.throwIfAborted();
    if (end <= start) return new Uint8Array();
    const bytes = Buffer.allocUnsafe(Math.min(end, size) - start);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  };
  // Closing again does nothing: a handle that is closed has the descriptor -1.
  return { size, read, close: async () => (handle.fd === -1 ? undefined : handle.close()) };
}
