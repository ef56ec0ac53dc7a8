import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../error-code';
import type { Syncing } from './syncing';

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
  private folder = newFolderName();
  private namesLeft = NAMES_PER_FOLDER;

  constructor(readonly root: string) {
    this.data = join(root, 'data');
    this.keys = join(root, 'keys');
    this.temp = join(root, 'tmp');
  }

  /** Names that come one after the other are mostly of one folder, so that files written together need one sync of it. */
  newDataName(): string {
    if (this.namesLeft === 0) [this.folder, this.namesLeft] = [newFolderName(), NAMES_PER_FOLDER];
    this.namesLeft -= 1;
    return randomUUID().slice(0, -2) + this.folder;
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
const NAMES_PER_FOLDER = 64;
const newFolderName = (): string => randomUUID().slice(-2);
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

/** Makes a folder and, if it was missing, makes that durable up to the first one that was there. Tells whether it was missing. */
export async function makeFolder(path: string, syncing: Syncing): Promise<boolean> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return false;
  for (let at = path; at.length >= first.length; at = dirname(at)) await syncing.folder(dirname(at));
  return true;
}

/** Writes a small new file, to be renamed into its place. */
export async function writeTemp(path: string, text: string, syncing: Syncing): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(text);
    await syncing.file(handle);
  } finally {
    await handle.close();
  }
}

/** Puts a file in its place, whole or not at all, also after a crash. A removal beside us may take the empty folder away, hence the tries. */
export async function renameInto(temp: string, path: string, syncing: Syncing): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await rename(temp, path);
      break;
    } catch (error) {
      if (!isMissing(error) || tries === 5) throw error;
      await makeFolder(dirname(path), syncing);
    }
  }
  // Whoever removed the file since has removed its folder too, and then there is nothing to make durable.
  await ignoreMissing(syncing.folder(dirname(path)));
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
