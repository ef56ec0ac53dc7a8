import type { SniffedType } from '@shotloom/media-tools';
import { AppError } from '@shotloom/kernel';

export interface MediaKind {
  readonly kind: 'image' | 'video';
  readonly contentType: string;
  readonly ext: string;
}

/** Pictures and videos only, by what the bytes are. Throws `media_invalid`. */
export function mayBeUpload({ kind, contentType, ext }: SniffedType): MediaKind {
  if (kind === 'image' || kind === 'video') return { kind, contentType, ext };
  const reason =
    'The file is not a picture (JPG, PNG, WEBP) or video (MP4, MOV, WEBM) by its content, whatever it says it is.';
  throw new AppError('media_invalid', reason, { fields: [{ field: 'file', reason }] });
}
