import { mkdir, rename, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything that the local runtime keeps, under one folder. */
export interface DataFolder {
  readonly root: string;
  readonly postgres: string;
  readonly nats: string;
  readonly objects: string;
  readonly logs: string;
  readonly demo: string;
  readonly runtimeFile: string;
  readonly secretsFile: string;
}

const NEEDED_BYTES = 500 * 1024 ** 2;
const ROTATE_BYTES = 50 * 1024 ** 2;

/** Makes the folders; refuses a disk that is about to be full, because Postgres would fail later and less clearly. */
export async function openDataFolder(root: string): Promise<DataFolder> {
  const folder = describeDataFolder(root);
  for (const path of [root, folder.objects, folder.logs, folder.nats]) await mkdir(path, { recursive: true });
  const free = await freeBytes(root);
  if (free < NEEDED_BYTES) {
    throw new Error(
      `The disk of ${root} is full: ${Math.floor(free / 1024 ** 2)} MB are free, 500 MB are needed.`,
    );
  }
  return folder;
}

export function describeDataFolder(root: string): DataFolder {
  return {
    root,
    postgres: join(root, 'postgres'),
    nats: join(root, 'nats'),
    objects: join(root, 'objects'),
    logs: join(root, 'logs'),
    demo: join(root, 'demo'),
    runtimeFile: join(root, 'runtime.json'),
    secretsFile: join(root, 'secrets.json'),
  };
}

/** Bytes that this user may still write on the disk of `path`. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** The log file of a process. One earlier file is kept once it is over 50 MB. */
export async function logFile(folder: DataFolder, name: string): Promise<string> {
  const file = join(folder.logs, `${name}.log`);
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > ROTATE_BYTES) await rename(file, `${file}.1`);
  return file;
}
