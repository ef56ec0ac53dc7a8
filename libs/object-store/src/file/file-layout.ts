import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../error-code';

/**
 * Where things are in a bucket's folder:
 *
 *     data/<2 hex>/<uuid>           bytes, written once and never changed
 *     keys/<h>/<h>/<h>/<sha256>.json  sidecars, one per key; <h> are hashes of the key's leading folders
 *     tmp/<uuid>                    sidecars that are not committed yet
 *
 * No part of a key is ever a file name, so a key cannot leave the folder, and `a` and `a/b` cannot get in each other's way.
 * The levels only exist so that listing a prefix does not read every sidecar.
 */
export class FileLayout {
  readonly data: string;
  readonly keys: string;
  readonly temp: string;

  constructor(readonly root: string) {
    this.data = join(root, 'data');
    this.keys = join(root, 'keys');
    this.temp = join(root, 'tmp');
  }

  newDataName(): string {
    return randomUUID();
  }

  dataPath(name: string): string {
    return join(this.data, name.slice(-2), name);
  }

  newTempPath(): string {
    return join(this.temp, randomUUID());
  }

  sidecarPath(key: string): string {
    return join(this.folderOf(key), `${hash(key)}.json`);
  }

  /** The deepest folder that holds the sidecars of every key with this prefix. */
  folderOf(prefix: string): string {
    return join(this.keys, ...prefix.split('/').slice(0, -1).slice(0, MAX_LEVELS).map(shortHash));
  }
}

const MAX_LEVELS = 3;
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const shortHash = (text: string): string => hash(text).slice(0, 16);

/** True for the errors of `node:fs` that mean that something is not there. */
export const isMissing = (error: unknown): boolean => hasCode(error, 'ENOENT');

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes(errorCode(error) ?? '');

/** Waits for a promise and takes "it is not there" for an answer. */
export async function ignoreMissing(promise: Promise<unknown>): Promise<void> {
  try {
    await promise;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Makes a folder's entries durable: without it a crash may forget a file that was itself synced. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder and, if it was missing, makes that durable up to the first one that was there. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let at = path; at.length >= first.length; at = dirname(at)) await syncFolder(dirname(at));
}

/** Writes a small file so that it is there whole or not at all, also after a crash. */
export async function writeAtomically(path: string, text: string, temp: string): Promise<void> {
  const handle = await open(temp, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await renameInto(temp, path);
  // Whoever removed the file since has removed its folder too, and then there is nothing to make durable.
  await ignoreMissing(syncFolder(dirname(path)));
}

/** A removal beside us may take the empty folder away between our mkdir and our rename, hence the tries. */
async function renameInto(temp: string, path: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await makeFolder(dirname(path));
      return await rename(temp, path);
    } catch (error) {
      if (!isMissing(error) || tries === 5) {
        await rm(temp, { force: true });
        throw error;
      }
    }
  }
}

/** Removes folders that have become empty, upwards, and never `stop` itself. */
export async function removeEmptyFolders(from: string, stop: string): Promise<void> {
  for (let at = from; at.length > stop.length; at = dirname(at)) {
    try {
      await rmdir(at);
    } catch (error) {
      if (isMissing(error)) continue;
      if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return;
      throw error;
    }
  }
}
