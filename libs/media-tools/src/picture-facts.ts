import { AppError } from '@shotloom/kernel';
import sharp from 'sharp';
import { MAX_IMAGE_PIXELS } from './media-limits';

/** Of a picture of our own making. Pixels; of a moving one, those of a single picture. */
export interface PictureFacts {
  readonly width: number;
  readonly height: number;
  /** Pictures one after the other; 1 where it does not move. */
  readonly pages: number;
}

/** Reads the head of a picture that we wrote ourselves; nothing is decoded. Throws `media_invalid` where there is none. */
export async function pictureFacts(path: string): Promise<PictureFacts> {
  try {
    const { width, height, pageHeight, pages } = await sharp(path, { pages: -1 }).metadata();
    return { width, height: pageHeight ?? height, pages: pages ?? 1 };
  } catch (error) {
    throw new AppError('media_invalid', 'The picture cannot be read.', { cause: error });
  }
}

/** Widths in pixels and qualities that are tried one after the other. */
const SMALLER = [
  { width: 240, quality: 35 },
  { width: 160, quality: 25 },
] as const;

/**
 * Writes a moving WebP anew, smaller in size and quality, until it has no more than `maxBytes`. Throws `payload_too_large` where none is
 * small enough.
 */
export async function shrinkAnimation(path: string, output: string, maxBytes: number): Promise<void> {
  for (const { width, quality } of SMALLER) {
    const moving = sharp(path, { animated: true, limitInputPixels: MAX_IMAGE_PIXELS });
    const { size } = await moving
      .resize({ width, withoutEnlargement: true })
      .webp({ quality, effort: 2, loop: 0 })
      .toFile(output);
    if (size <= maxBytes) return;
  }
  throw new AppError('payload_too_large', `The moving picture does not fit into ${maxBytes} bytes.`);
}
