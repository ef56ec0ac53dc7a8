import { stat } from 'node:fs/promises';
import { AppError } from '@shotloom/kernel';
import sharp, { type Sharp } from 'sharp';
import { inDecodingTurn } from './image-decoding';
import { MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS } from './media-limits';

export interface FitImageOptions {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly contentType: 'image/jpeg' | 'image/png' | 'image/webp';
  /** Of the file that is written. */
  readonly maxBytes: number;
  readonly outputPath: string;
}

const MAX_SIDE = 8192;
/** Tried in this order until one is small enough. At the last one a pixel takes less than a byte, even of noise. */
const QUALITIES = [90, 80, 70, 60, 50];

/**
 * Writes the image at `inputPath` so that it covers exactly these pixels around its centre: upright, sRGB, 8 bit, on white where it is
 * transparent and the format is not, without any metadata (a photo's place stays private). The same file gives the same bytes.
 * Throws `media_invalid` for what cannot be decoded or is beyond our limits, and `invalid_input` for what no quality brings below
 * `maxBytes`. The source is not looked at as `probeImage` does, which did so when it was taken in.
 */
export async function fitImage(inputPath: string, options: FitImageOptions): Promise<{ sizeBytes: number }> {
  const { width, height, contentType, maxBytes, outputPath } = options;
  for (const side of [width, height]) {
    if (Number.isInteger(side) && side >= 1 && side <= MAX_SIDE) continue;
    throw new AppError(
      'invalid_input',
      `An image side of ${side} pixels makes no sense; 1 to ${MAX_SIDE} are allowed.`,
    );
  }
  const source = await stat(inputPath);
  if (source.size > MAX_IMAGE_BYTES) {
    throw new AppError('media_invalid', `The image is larger than the ${MAX_IMAGE_BYTES} bytes allowed.`);
  }
  for (const quality of contentType === 'image/png' ? [100] : QUALITIES) {
    // Turning upright needs all lines at once, whatever the format.
    const { size } = await inDecodingTurn(() =>
      encoded(covering(inputPath, width, height), contentType, quality).toFile(outputPath),
    ).catch(damaged);
    if (size <= maxBytes) return { sizeBytes: size };
  }
  const message = `The picture cannot be saved at ${width}x${height} pixels in ${maxBytes} bytes. Send a smaller or plainer one.`;
  throw new AppError('invalid_input', message);
}

const covering = (path: string, width: number, height: number): Sharp =>
  sharp(path, { limitInputPixels: MAX_IMAGE_PIXELS, failOn: 'error' })
    .timeout({ seconds: 60 })
    .autoOrient()
    .resize({ width, height, fit: 'cover', position: 'centre' })
    .toColourspace('srgb');

function encoded(image: Sharp, type: FitImageOptions['contentType'], quality: number): Sharp {
  switch (type) {
    case 'image/jpeg': {
      // Letters and thin lines keep their colours where there is room for it.
      const chromaSubsampling = quality === QUALITIES[0] ? '4:4:4' : '4:2:0';
      return image.flatten({ background: '#ffffff' }).jpeg({ quality, chromaSubsampling });
    }
    case 'image/png':
      return image.png();
    case 'image/webp':
      return image.webp({ quality });
  }
}

const damaged = (cause: unknown): never => {
  throw new AppError('media_invalid', 'The image is damaged or cut off and cannot be decoded.', { cause });
};
