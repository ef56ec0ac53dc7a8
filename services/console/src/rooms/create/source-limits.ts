import type { TFunction } from 'i18next';
import type { ModelResource } from '@shotloom/sdk';
import { formatBytes } from '../../shared/i18n/format';

/** What may be sent, as the page checks it before it sends anything. The server checks again, by content. */
export interface Limits {
  readonly kind: 'image' | 'video';
  readonly maxBytes: number;
  readonly maxSeconds: number | null;
}

const MB = 1024 * 1024;
const TYPES = {
  image: ['image/jpeg', 'image/png', 'image/webp'],
  video: ['video/mp4', 'video/quicktime', 'video/webm'],
} as const;

/** For the file chooser. */
export function acceptOf(kind: Limits['kind']): string {
  return TYPES[kind].join(',');
}

/** A picture that is made to fit may be as large as any upload; so may one before its model is known. */
export function pictureLimits(own: ModelResource['inputs']['image'] | undefined): Limits {
  const limited = own && (own.fit ?? 'none') === 'none' ? own.max_bytes : undefined;
  return { kind: 'image', maxBytes: limited ?? 10 * MB, maxSeconds: null };
}

/** The model's own limits; the platform's usual ones until it is known. */
export function limitsOf(kind: Limits['kind'], model: ModelResource | undefined): Limits {
  if (kind === 'image') return pictureLimits(model?.inputs.image);
  const video = model?.inputs.video;
  return { kind, maxBytes: video?.max_bytes ?? 200 * MB, maxSeconds: video?.max_seconds ?? 60 };
}

/** Why a file cannot be sent, in words, or null. */
export function objectionTo(file: File, limits: Limits, t: TFunction, language: string): string | null {
  const { name } = file;
  const types: readonly string[] = TYPES[limits.kind];
  if (!types.includes(file.type)) {
    return t(limits.kind === 'image' ? 'create.source.wrongImage' : 'create.source.wrongVideo', { name });
  }
  if (file.size === 0) return t('create.source.empty', { name });
  if (file.size > limits.maxBytes) {
    const size = formatBytes(file.size, language);
    return t('create.source.tooBig', { name, size, limit: formatBytes(limits.maxBytes, language) });
  }
  return null;
}

/** Why a clip is too long, in words, or null; a length that is not known is left to the server. */
export function objectionToLength(
  name: string,
  seconds: number | null,
  limits: Limits,
  t: TFunction,
): string | null {
  if (seconds === null || limits.maxSeconds === null || seconds <= limits.maxSeconds) return null;
  return t('create.source.tooLong', { name, seconds: Math.ceil(seconds), limit: limits.maxSeconds });
}
