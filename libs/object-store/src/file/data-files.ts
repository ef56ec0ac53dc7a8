import { constants, createReadStream } from 'node:fs';
import { copyFile, link, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import type { MeteredBody } from '../metered-body';
import { hasCode, makeFolder, syncFolder, type FileLayout } from './file-layout';

/** Writes a body to a new data file and returns when the disk has it. */
export async function writeDataFile(layout: FileLayout, name: string, body: MeteredBody): Promise<void> {
  const path = layout.dataPath(name);
  await makeFolder(dirname(path));
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(body.chunks());
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(dirname(path));
}

/** Data files never change, so a copy is a second name for the same bytes wherever the file system can do that. */
export async function shareDataFile(layout: FileLayout, from: string, to: string): Promise<void> {
  const [source, target] = [layout.dataPath(from), layout.dataPath(to)];
  await makeFolder(dirname(target));
  try {
    await link(source, target);
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'EMLINK', 'ENOTSUP', 'ENOSYS')) throw error;
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    const handle = await open(target, 'r+');
    await handle.sync().finally(() => handle.close());
  }
  await syncFolder(dirname(target));
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
