import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, type FileLayout } from './file-layout';
import { readSidecar } from './sidecar';

/** The paths of the sidecars of every key with this prefix, in the order of the keys. */
export async function findSidecars(layout: FileLayout, prefix: string): Promise<readonly string[]> {
  const found: { key: string; path: string }[] = [];
  for (const path of await filesBelow(layout.folderOf(prefix))) {
    const key = (await readSidecar(path))?.key;
    if (key?.startsWith(prefix) === true) found.push({ key, path });
  }
  return found.sort((a, b) => compare(a.key, b.key)).map(({ path }) => path);
}

/** Every file below a folder, or nothing if the folder is not there (any more). */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

// Keys are ASCII, so comparing code units is the order of S3, and unlike localeCompare the same on every machine.
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
