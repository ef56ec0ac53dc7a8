import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempDir extends AsyncDisposable {
  readonly path: string;
  /** Removes the folder with all that is in it; a second call does nothing. */
  dispose(): Promise<void>;
}

/** Makes a folder of one's own, for `await using`. */
export async function tempDir(prefix: string): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), `${prefix.replace(/[^\w-]/g, '-')}-`));
  const dispose = (): Promise<void> => rm(path, { recursive: true, force: true });
  return { path, dispose, [Symbol.asyncDispose]: dispose };
}
