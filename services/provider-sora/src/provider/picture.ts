import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@shotloom/kernel';
import { normaliseImage } from '@shotloom/media-tools';
import type { MultipartPart, VendorInput } from '@shotloom/provider-kit';

/**
 * The picture with exactly the pixels of the video, upright, as a PNG in `dir`: the protocol refuses any other. Its bytes go through a
 * file; only one picture at a time is decoded. Throws `media_invalid` for what is no picture; nothing was sent then.
 */
export async function referencePart(
  { open }: VendorInput,
  { width, height }: { readonly width: number; readonly height: number },
  dir: string,
  signal: AbortSignal | undefined,
): Promise<MultipartPart> {
  const [given, path] = [join(dir, 'given'), join(dir, 'fitted.png')];
  try {
    await pipeline(Readable.from(await open()), createWriteStream(given), { signal });
    const { sizeBytes } = await normaliseImage(given, { width, height, fit: 'cover', outputPath: path });
    return {
      ...{ name: 'input_reference', filename: 'input_reference.png', contentType: 'image/png', sizeBytes },
      open: async () => createReadStream(path) as AsyncIterable<Uint8Array>,
    };
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'media_invalid') {
      throw new AppError('media_invalid', thrown.message, { outcome: 'refused', retryable: false });
    }
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new AppError('internal', `The picture could not be read or cut: ${reason}.`, {
      ...{ outcome: 'refused', retryable: true, cause: thrown },
    });
  }
}
