import { AppError } from '@shotloom/kernel';
import sharp, { type Metadata } from 'sharp';
import { inDecodingTurn } from './image-decoding';
import { readImage, type ImageInput } from './image-input';
import { MAX_IMAGE_PIXELS, MAX_PROGRESSIVE_PIXELS } from './media-limits';
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

/** Pixels that an image may have. */
export interface ImageLimits {
  readonly maxPixels?: number;
  /** Of an interlaced PNG or a progressive JPEG; never more than `maxPixels`. */
  readonly maxProgressivePixels?: number;
}

/**
 * Tells what an image is by its content and decodes it once from end to end, so that a cut file is found here and not at a
 * vendor. Throws `media_invalid` for other types, for damage, for animations, and, before decoding, for too many pixels.
 * Images that cannot be decoded line by line wait for each other, so that a process holds one of them at most.
 */
export async function probeImage(input: ImageInput, limits: ImageLimits = {}): Promise<ImageProbe> {
  const image = await readImage(input);
  const format = FORMATS.get((await sniffType(image)).contentType);
  if (format === undefined) throw new AppError('media_invalid', 'The image is not a JPEG, PNG or WebP file.');
  const metadata = await readMetadata(image);
  checkPixels(metadata, limits);
  checkPages(metadata);
  const decode = (): Promise<void> => decodeFully(image, metadata.width * metadata.height);
  await (metadata.isProgressive || format === 'webp' ? inDecodingTurn(decode) : decode());
  const { hasAlpha, orientation, autoOrient } = metadata;
  const facts = { format, width: autoOrient.width, height: autoOrient.height, hasAlpha };
  return orientation === undefined ? facts : { ...facts, orientation };
}

function checkPixels({ width, height, isProgressive }: Metadata, limits: ImageLimits): void {
  const { maxPixels = MAX_IMAGE_PIXELS, maxProgressivePixels = MAX_PROGRESSIVE_PIXELS } = limits;
  const allowed = isProgressive ? Math.min(maxPixels, maxProgressivePixels) : maxPixels;
  const pixels = width * height;
  if (pixels <= allowed) return;
  const advice =
    pixels > maxPixels
      ? `at most ${allowed} are allowed.`
      : `at most ${allowed} are allowed where it is interlaced or progressive. Save it without that, or smaller.`;
  const message = `The image has ${pixels} pixels (${width} by ${height}); ${advice}`;
  throw new AppError('media_invalid', message, { details: { pixels, maxPixels: allowed } });
}

function checkPages({ pages = 1 }: Metadata): void {
  if (pages <= 1) return;
  throw new AppError('media_invalid', `The image is an animation of ${pages} frames. Send a single picture.`);
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
