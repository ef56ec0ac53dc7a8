import { AppError } from '@shotloom/kernel';
import sharp from 'sharp';
import { inDecodingTurn } from './image-decoding';
import { readImage, type ImageInput } from './image-input';
import { MAX_IMAGE_PIXELS } from './media-limits';
import { probeImage } from './probe-image';

export interface NormaliseImageOptions {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** `cover` fills the frame and cuts what is over; `contain` keeps everything and fills up with black. */
  readonly fit: 'cover' | 'contain';
  readonly outputPath: string;
}

const MAX_SIDE = 8192;

/**
 * Writes an image as a PNG of exactly this size: upright, sRGB, 8 bit, without any metadata (a photo's place stays private).
 * Throws `media_invalid` as `probeImage` does, and `invalid_input` for a size that makes no sense.
 */
export async function normaliseImage(
  input: ImageInput,
  { width, height, fit, outputPath }: NormaliseImageOptions,
): Promise<{ width: number; height: number; sizeBytes: number }> {
  for (const side of [width, height]) {
    if (Number.isInteger(side) && side >= 1 && side <= MAX_SIDE) continue;
    throw new AppError(
      'invalid_input',
      `An image side of ${side} pixels makes no sense; 1 to ${MAX_SIDE} are allowed.`,
    );
  }
  const image = await readImage(input);
  await probeImage(image);
  // Turning upright needs all lines at once, whatever the format.
  const { size } = await inDecodingTurn(() =>
    sharp(image, { limitInputPixels: MAX_IMAGE_PIXELS, failOn: 'error' })
      .timeout({ seconds: 60 })
      .autoOrient()
      .resize({ width, height, fit, background: '#000000' })
      .toColourspace('srgb')
      .png()
      .toFile(outputPath),
  );
  return { width, height, sizeBytes: size };
}
