import { isOurs, stopOrphan, type RuntimeInfo } from '@shotloom/testing';
import { rm } from 'node:fs/promises';
import type { DataFolder } from './data-folder';
import { processMarker } from './platform';
import { readPrivateJson, writePrivateJson } from './private-file';

/** The compiled entry point, on the command line of every runtime. */
const RUNTIME_MARKER = 'deploy/local/dist/main.js';

/** What runs on this data folder now, or undefined. */
export async function findRunning(folder: DataFolder): Promise<RuntimeInfo | undefined> {
  const info = await readPrivateJson<RuntimeInfo>(folder.runtimeFile);
  const pid = info?.pids['runtime'];
  return pid !== undefined && pid !== process.pid && (await isOurs(pid, RUNTIME_MARKER)) ? info : undefined;
}

/** Ends what a runtime that was killed left behind. Returns the names. */
export async function cleanUpAfterCrash(folder: DataFolder): Promise<string[]> {
  const info = await readPrivateJson<RuntimeInfo>(folder.runtimeFile);
  const marker = processMarker(folder.root);
  const found = await Promise.all(
    Object.entries(info?.pids ?? {}).map(async ([name, pid]) =>
      (await stopOrphan(pid, marker)) ? name : undefined,
    ),
  );
  await removeRuntimeFile(folder);
  return found.filter((name) => name !== undefined);
}

export async function writeRuntimeFile(folder: DataFolder, info: RuntimeInfo): Promise<void> {
  await writePrivateJson(folder.runtimeFile, info);
}

export async function removeRuntimeFile(folder: DataFolder): Promise<void> {
  await rm(folder.runtimeFile, { force: true });
}
