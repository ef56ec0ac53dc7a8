import type { SniffedType } from '@shotloom/media-tools';
import { AppError } from '@shotloom/kernel';

export interface UploadType {
  readonly kind: 'image' | 'video';
  readonly contentType: string;
  readonly ext: string;
}

/** Pictures and videos only, by what the bytes are. Throws `media_invalid`. */
export function uploadType({ kind, contentType, ext }: SniffedType): UploadType {
  if (kind === 'image' || kind === 'video') return { kind, contentType, ext };
  throw mediaInvalid(
    'The file is not a picture (JPG, PNG, WEBP) or video (MP4, MOV, WEBM) by its content, whatever its name says.',
  );
}

export function mediaInvalid(reason: string, cause?: unknown): AppError {
  return new AppError('media_invalid', reason, { fields: [{ field: 'file', reason }], cause });
}

export function tooLarge(what: string, maxBytes: number): AppError {
  const reason = `${what} may have at most ${maxBytes} bytes.`;
  return new AppError('payload_too_large', reason, {
    fields: [{ field: 'file', reason }],
    details: { max_bytes: maxBytes },
  });
}
