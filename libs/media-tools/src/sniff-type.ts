import { fileTypeFromBuffer } from 'file-type';

/** Bytes of a file's beginning that are enough to tell its type. */
export const SNIFF_BYTES = 4100;

export interface SniffedType {
  readonly kind: 'image' | 'video' | 'audio' | 'unknown';
  /** `application/octet-stream` when unknown. */
  readonly contentType: string;
  /** Without a dot; `bin` when unknown. */
  readonly ext: string;
}

const UNKNOWN: SniffedType = { kind: 'unknown', contentType: 'application/octet-stream', ext: 'bin' };

/** What is let in. Everything else, though file-type may know it, is unknown here. */
const ALLOWED: ReadonlyMap<string, SniffedType> = new Map([
  ['image/jpeg', { kind: 'image', contentType: 'image/jpeg', ext: 'jpg' }],
  ['image/png', { kind: 'image', contentType: 'image/png', ext: 'png' }],
  ['image/webp', { kind: 'image', contentType: 'image/webp', ext: 'webp' }],
  ['video/mp4', { kind: 'video', contentType: 'video/mp4', ext: 'mp4' }],
  ['video/x-m4v', { kind: 'video', contentType: 'video/mp4', ext: 'mp4' }],
  ['video/quicktime', { kind: 'video', contentType: 'video/quicktime', ext: 'mov' }],
  ['video/webm', { kind: 'video', contentType: 'video/webm', ext: 'webm' }],
  ['audio/mpeg', { kind: 'audio', contentType: 'audio/mpeg', ext: 'mp3' }],
  ['audio/wav', { kind: 'audio', contentType: 'audio/wav', ext: 'wav' }],
  ['audio/x-m4a', { kind: 'audio', contentType: 'audio/mp4', ext: 'm4a' }],
  ['audio/ogg', { kind: 'audio', contentType: 'audio/ogg', ext: 'ogg' }],
]);

/** Tells a file's type from its first bytes, never from its name; what we do not take in is `unknown`. */
export async function sniffType(head: Uint8Array): Promise<SniffedType> {
  if (head.length === 0) return UNKNOWN;
  try {
    const found = await fileTypeFromBuffer(head.subarray(0, SNIFF_BYTES));
    return ALLOWED.get(found?.mime ?? '') ?? UNKNOWN;
  } catch {
    // A header that promises more than the head holds; whatever it is, it is nothing that we can name.
    return UNKNOWN;
  }
}
