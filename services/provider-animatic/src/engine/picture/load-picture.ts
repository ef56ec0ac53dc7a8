import sharp from 'sharp';
import { AppError } from '@shotloom/kernel';
import { MAX_IMAGE_PIXELS, probeImage } from '@shotloom/media-tools';
import type { Size } from '../camera/view';
import type { Raster } from '../film/film';

/**
 * Reads a picture of unknown origin upright, in sRGB, without transparency, and cut to exactly this size; where something must
 * go, what draws the eye stays. Throws `media_invalid` where it is not a picture, or not a whole one.
 */
export async function loadPicture(path: string, { width, height }: Size): Promise<Raster> {
  await probeImage(path);
  try {
    const { data } = await sharp(path, { limitInputPixels: MAX_IMAGE_PIXELS, failOn: 'error' })
      .timeout({ seconds: 60 })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .resize({ width, height, fit: 'cover', position: 'attention', kernel: 'lanczos3' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return toRaster(data, { width, height });
  } catch (error) {
    throw new AppError(
      'media_invalid',
      'The picture cannot be read to its end. Export it again and upload that.',
      {
        cause: error,
      },
    );
  }
}

/** Four bytes a pixel, seen as one number a pixel, without a copy where the memory allows it. */
export function toRaster(bytes: Buffer, { width, height }: Size): Raster {
  if (bytes.length !== width * height * 4) {
    throw new Error(`${bytes.length} bytes are not ${width}x${height} pixels of four bytes.`);
  }
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
  return { width, height, pixels: new Uint32Array(aligned.buffer, aligned.byteOffset, width * height) };
}
