import { isBase64, sizeOf } from '../core/picture-bytes';
import { KlingError } from './kling-errors';

export interface ImageRules {
  readonly field: string;
  readonly maxBytes: number;
}

const MIN_SIDE = 300;
const MAX_RATIO = 2.5;

/** Refuses what the vendor refuses of a picture, a URL or raw base64. Addresses are not fetched. */
export function checkImage(value: unknown, { field, maxBytes }: ImageRules): void {
  if (typeof value !== 'string' || value === '') throw new KlingError(1201, `${field} is invalid`);
  if (/^https?:\/\//.test(value)) {
    if (!URL.canParse(value)) throw new KlingError(1201, `${field} is not a valid url`);
    return;
  }
  if (value.startsWith('data:') || !isBase64(value)) {
    throw new KlingError(1201, `${field} is not valid base64`);
  }
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length > maxBytes) throw new KlingError(1201, `${field} is larger than the limit`);
  const size = sizeOf(bytes);
  if (size === undefined) throw new KlingError(1201, `${field} is not a jpg or png picture`);
  const ratio = size.width / size.height;
  if (Math.min(size.width, size.height) < MIN_SIDE) {
    throw new KlingError(1201, `Image pixel is invalid: ${field} is smaller than ${MIN_SIDE} px`);
  }
  if (ratio > MAX_RATIO || ratio < 1 / MAX_RATIO) {
    throw new KlingError(1201, `Image aspect ratio is invalid: ${field}`);
  }
}
