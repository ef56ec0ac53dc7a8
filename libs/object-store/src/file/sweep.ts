import { rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { isMissing, type FileLayout } from './file-layout';
import { readSidecar } from './sidecar';
import { filesBelow } from './sidecar-listing';

/**
 * Removes unreferenced files that were last touched before `beforeMs` (milliseconds since 1970). A commit touches its data file
 * first, so a file that is old here and is not referred to now will not be referred to later either.
 */
export async function sweepFolder(layout: FileLayout, beforeMs: number): Promise<number> {
  const old = await oldFiles(
    [...(await filesBelow(layout.data)), ...(await filesBelow(layout.temp))],
    beforeMs,
  );
  const referenced = await referencedData(layout);
  let removed = 0;
  for (const path of old) {
    if (referenced.has(basename(path))) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}

async function oldFiles(paths: readonly string[], beforeMs: number): Promise<readonly string[]> {
  const old: string[] = [];
  for (const path of paths) {
    try {
      // The change time and not the modification time: a hard link keeps the latter.
      if ((await stat(path)).ctimeMs < beforeMs) old.push(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return old;
}

async function referencedData(layout: FileLayout): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const path of await filesBelow(layout.keys)) {
    const sidecar = await readSidecar(path);
    if (sidecar !== undefined) names.add(sidecar.data);
  }
  return names;
}
