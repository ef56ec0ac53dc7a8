import { readFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { AppError } from '@shotloom/kernel';
import { MAX_IMAGE_BYTES } from './media-limits';

export type ImageInput = Buffer | string | Readable;

/** Brings an image into memory, within the limit. A string is a path. */
export async function readImage(input: ImageInput): Promise<Buffer> {
  if (Buffer.isBuffer(input)) return checkSize(input);
  if (typeof input === 'string') {
    const { size } = await stat(input);
    if (size > MAX_IMAGE_BYTES) throw tooLarge();
    return checkSize(await readFile(input));
  }
  return collect(input);
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    const chunk: unknown = piece;
    if (!(chunk instanceof Uint8Array))
      throw new AppError('invalid_input', 'An image must be a stream of bytes.');
    bytes += chunk.byteLength;
    if (bytes > MAX_IMAGE_BYTES) throw tooLarge();
    chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
  return checkSize(Buffer.concat(chunks));
}

const checkSize = (image: Buffer): Buffer => {
  if (image.length === 0) throw new AppError('media_invalid', 'The image is empty.');
  if (image.length > MAX_IMAGE_BYTES) throw tooLarge();
  return image;
};

const tooLarge = (): AppError =>
  new AppError('media_invalid', `The image is larger than the ${MAX_IMAGE_BYTES} bytes that are allowed.`);
