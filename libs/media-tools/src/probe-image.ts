import { AppError } from '@shotloom/kernel';
import sharp, { type Metadata } from 'sharp';
import { readImage, type ImageInput } from './image-input';
import { MAX_IMAGE_PIXELS } from './media-limits';
import { sniffType } from './sniff-type';

export interface ImageProbe {
  readonly format: 'jpeg' | 'png' | 'webp';
  /** Pixels as shown, that is after the EXIF orientation. */
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  /** EXIF's 1 to 8, where the file has it. */
  readonly orientation?: number;
}

/**
 * Tells what an image is by its content and decodes it once from end to end, so that a cut file is found here and not at a
 * vendor. Throws `media_invalid` for other types, for damage, for animations, and, before decoding, for too many pixels.
 */
export async function probeImage(
  input: ImageInput,
  options: { maxPixels?: number } = {},
): Promise<ImageProbe> {
  const image = await readImage(input);
  const maxPixels = options.maxPixels ?? MAX_IMAGE_PIXELS;
  const probe = await readFacts(image, maxPixels);
  await decodeFully(image, maxPixels);
  return probe;
}

async function readFacts(image: Buffer, maxPixels: number): Promise<ImageProbe> {
  const format = FORMATS.get((await sniffType(image)).contentType);
  if (format === undefined) throw new AppError('media_invalid', 'The image is not a JPEG, PNG or WebP file.');
  const { width, height, pages = 1, hasAlpha, orientation, autoOrient } = await readMetadata(image);
  if (width * height > maxPixels) {
    const message = `The image has ${width * height} pixels (${width} by ${height}); at most ${maxPixels} are allowed.`;
    throw new AppError('media_invalid', message, { details: { pixels: width * height, maxPixels } });
  }
  if (pages > 1)
    throw new AppError(
      'media_invalid',
      `The image is an animation of ${pages} frames. Send a single picture.`,
    );
  const facts = { format, width: autoOrient.width, height: autoOrient.height, hasAlpha };
  return orientation === undefined ? facts : { ...facts, orientation };
}

const FORMATS: ReadonlyMap<string, ImageProbe['format']> = new Map([
  ['image/jpeg', 'jpeg'],
  ['image/png', 'png'],
  ['image/webp', 'webp'],
]);

/** Reads the header only. The limit is off because the check above says the numbers, which sharp's error does not. */
async function readMetadata(image: Buffer): Promise<Metadata> {
  try {
    return await sharp(image, { limitInputPixels: false }).metadata();
  } catch (error) {
    throw damaged(error);
  }
}

/** Line by line into a thumbnail: every pixel is decoded, and hardly any memory is held. */
async function decodeFully(image: Buffer, maxPixels: number): Promise<void> {
  try {
    const pipeline = sharp(image, { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true });
    await pipeline
      .timeout({ seconds: 30 })
      .resize(16, 16, { fit: 'fill', fastShrinkOnLoad: false })
      .raw()
      .toBuffer();
  } catch (error) {
    throw damaged(error);
  }
}

const damaged = (cause: unknown): AppError =>
  new AppError('media_invalid', 'The image is damaged or cut off and cannot be decoded.', { cause });
