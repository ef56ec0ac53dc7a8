import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DescribedAsset } from '@shotloom/contracts';
import { fitImage, tempDir } from '@shotloom/media-tools';
import type { ObjectStore } from '@shotloom/object-store';

/** A model sees no more of a larger one, and a request has to stay small. */
const LONGEST_SIDE = 768;
const MOST_BYTES = 400_000;

/** The picture as a chat model takes it: small, as JPEG, without metadata. */
export async function asDataUrl(store: ObjectStore, asset: DescribedAsset): Promise<string> {
  await using folder = await tempDir('prompt-');
  const [from, to] = [join(folder.path, 'picture'), join(folder.path, 'small.jpg')];
  await pipeline((await store.get(asset.objectKey)).body, createWriteStream(from));
  const scale = Math.min(1, LONGEST_SIDE / Math.max(asset.width, asset.height));
  const side = (pixels: number): number => Math.max(1, Math.round(pixels * scale));
  await fitImage(from, {
    ...{ width: side(asset.width), height: side(asset.height) },
    ...{ contentType: 'image/jpeg' as const, maxBytes: MOST_BYTES, outputPath: to },
  });
  return `data:image/jpeg;base64,${(await readFile(to)).toString('base64')}`;
}
