import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { PictureFit } from '@shotloom/contracts';
import type { ObjectStore } from '@shotloom/object-store';
import type { VendorInput } from '../vendor';
import type { InputsOptions } from './vendor-inputs';

interface Picture {
  readonly objectKey: string;
  readonly fit: PictureFit;
  /** Which of the job's inputs it is. */
  readonly index: number;
}

/**
 * The picture that the vendor is to get instead of the stored one, as a file of the attempt. Where the vendor fetches its inputs it is
 * also put beside the attempt's results, and is removed with what is left of the attempt. Another try makes the same bytes under the
 * same key.
 */
export async function makeFitted(
  store: ObjectStore,
  { objectKey, fit, index }: Picture,
  { attemptId, mediaUrl, dir }: InputsOptions,
): Promise<Omit<VendorInput, 'role'>> {
  const folder = await dir.path();
  const sourcePath = join(folder, `source-${index}`);
  const outputPath = join(folder, `input-${index}`);
  await pipeline((await store.get(objectKey)).body, createWriteStream(sourcePath));
  // Loaded where a picture is made: most workers never make one, and the decoders take memory.
  const { fitImage } = await import('@shotloom/media-tools');
  const { contentType } = fit;
  const { sizeBytes } = await fitImage(sourcePath, { ...fit, outputPath });
  await rm(sourcePath, { force: true });
  const open = async (): Promise<AsyncIterable<Uint8Array>> =>
    createReadStream(outputPath) as AsyncIterable<Uint8Array>;
  if (mediaUrl === undefined) return { contentType, sizeBytes, url: null, open };
  const key = `attempts/${attemptId}/input-${index}.${contentType.replace('image/', '')}`;
  await store.put(key, createReadStream(outputPath), { contentType, size: sizeBytes });
  return { contentType, sizeBytes, url: await mediaUrl(key), open };
}
