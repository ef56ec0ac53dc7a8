import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, lstat, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { codeOf } from './error-code';

/** Whether there is anything at all at the path, a link that leads nowhere included. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Whether the path is a file of exactly these bytes. */
export async function isSame(path: string, bytes: number, sha256: string): Promise<boolean> {
  const found = await lstat(path);
  if (!found.isFile() || found.size !== bytes) return false;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex') === sha256;
}

/** Gives a file its name where nothing has that name. Throws EEXIST. */
export async function nameNew(part: string, out: string): Promise<void> {
  try {
    await link(part, out);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    // Not every file system has links.
    if (await isThere(out)) throw Object.assign(new Error(`${out} is there already.`), { code: 'EEXIST' });
    return rename(part, out);
  }
  await rm(part);
}
