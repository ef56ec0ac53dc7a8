import { AppError, assertNever } from '@shotloom/kernel';
import { probeImage } from '@shotloom/media-tools';
import type { Storage } from '../app.tokens';
import type { NewAsset } from '../assets/asset-rows';
import { inspectVideo } from '../videos/inspect-video';
import { refuseTooLarge } from './plan-limits';
import type { Upload } from './register-upload';

export type Facts = Pick<
  NewAsset,
  'content_type' | 'width' | 'height' | 'duration_seconds' | 'fps' | 'video_codec' | 'has_audio'
>;

/**
 * Looks at what was uploaded; its type is what the content says, not what anyone claims. Throws `media_invalid`, or
 * `payload_too_large` where it has more than the plan allows.
 */
export async function inspectUpload(storage: Storage, upload: Upload): Promise<Facts> {
  const stat = await storage.store.stat(upload.objectKey);
  if (stat?.size !== upload.sizeBytes) throw refusal('The file did not arrive whole. Send it again.');
  if (upload.limits) refuseTooLarge(upload.limits, upload.kind, upload.sizeBytes);
  try {
    switch (upload.kind) {
      case 'image':
        return await inspectImage(storage, upload.objectKey);
      case 'video':
        return await inspectUploadedVideo(storage, upload);
      default:
        return assertNever(upload.kind, 'kind of upload');
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'media_invalid') throw refusal(error.message, error);
    throw error;
  }
}

async function inspectImage({ store, config }: Storage, key: string): Promise<Facts> {
  const { body } = await store.get(key);
  try {
    const { format, width, height } = await probeImage(body, { maxPixels: config.IMAGE_MAX_PIXELS });
    const moving = { duration_seconds: null, fps: null, video_codec: null, has_audio: null };
    return { content_type: `image/${format}`, width, height, ...moving };
  } finally {
    body.destroy();
  }
}

async function inspectUploadedVideo(
  { store, config }: Storage,
  { objectKey, limits }: Upload,
): Promise<Facts> {
  const { durationSeconds, fps, codec, hasAudio, ...shown } = await inspectVideo(store, objectKey);
  const most = Math.min(config.VIDEO_MAX_SECONDS, limits?.videoMaxSeconds ?? Infinity);
  if (durationSeconds > most) {
    const limit = `at most ${most} are allowed`;
    throw refusal(`The video lasts ${durationSeconds.toFixed(1)} seconds; ${limit}.`);
  }
  const { width, height, contentType } = shown;
  const moving = { duration_seconds: durationSeconds, fps, video_codec: codec, has_audio: hasAudio };
  return { content_type: contentType, width, height, ...moving };
}

const refusal = (reason: string, cause?: AppError): AppError =>
  new AppError('media_invalid', reason, {
    fields: [{ field: 'file', reason }],
    ...(cause?.details ? { details: cause.details } : {}),
    cause,
  });
