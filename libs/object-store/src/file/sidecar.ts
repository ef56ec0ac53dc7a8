import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { ObjectStat } from '../object-store';
import { isMissing } from './file-layout';

const sidecarSchema = z.object({
  version: z.literal(1),
  key: z.string(),
  data: z.uuid(),
  size: z.int().nonnegative(),
  sha256: z.string(),
  contentType: z.string(),
  lastModified: z.iso.datetime(),
  metadata: z.record(z.string(), z.string()),
});
/** The small file that makes a data file an object. */
export type Sidecar = z.infer<typeof sidecarSchema>;

/** Reads a sidecar; `undefined` if there is none. Throws if it cannot be understood. */
export async function readSidecar(path: string): Promise<Sidecar | undefined> {
  try {
    return sidecarSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Data files never change, so their name is as good an etag as a hash, and a copy may share its bytes. */
export const toStat = ({ key, size, lastModified, data, contentType, metadata }: Sidecar): ObjectStat => ({
  key,
  size,
  lastModified: new Date(lastModified),
  etag: data.replaceAll('-', ''),
  contentType,
  metadata,
});
