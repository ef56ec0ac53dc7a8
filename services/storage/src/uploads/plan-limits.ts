import type { UploadLimits } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';

type Kind = 'image' | 'video';

export const maxBytesOf = (limits: UploadLimits, kind: Kind): number =>
  kind === 'image' ? limits.imageMaxBytes : limits.videoMaxBytes;

/** Throws `payload_too_large`, with the number. */
export function refuseTooLarge(limits: UploadLimits, kind: Kind, sizeBytes: number): void {
  const maxBytes = maxBytesOf(limits, kind);
  if (sizeBytes > maxBytes) throw tooLarge(kind, maxBytes);
}

export function tooLarge(kind: Kind, maxBytes: number): AppError {
  const reason = `${kind === 'image' ? 'A picture' : 'A video'} may have at most ${maxBytes} bytes.`;
  return new AppError('payload_too_large', reason, {
    fields: [{ field: 'file', reason }],
    details: { max_bytes: maxBytes },
  });
}
