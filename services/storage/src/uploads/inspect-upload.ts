import { AppError, assertNever } from '@shotloom/kernel';
import { probeImage } from '@shotloom/media-tools';
import type { Storage } from '../app.tokens';
import type { NewAsset } from '../assets/asset-rows';
import { inspectVideo } from '../videos/inspect-video';
import type { Upload } from './register-upload';

type Facts = Pick<
  NewAsset,
  'content_type' | 'width' | 'height' | 'duration_seconds' | 'fps' | 'video_codec' | 'has_audio'
>;

/** Looks at what was uploaded; its type is what the content says, not what anyone claims. Throws `media_invalid`. */
export async function inspectUpload(storage: Storage, upload: Upload): Promise<Facts> {
  const stat = await storage.store.stat(upload.objectKey);
  if (stat?.size !== upload.sizeBytes) throw refusal('The file did not arrive whole. Send it again.');
  try {
    switch (upload.kind) {
      case 'image':
        return await inspectImage(storage, upload.objectKey);
      case 'video':
        return await inspectUploadedVideo(storage, upload.objectKey);
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

async function inspectUploadedVideo({ store, config }: Storage, key: string): Promise<Facts> {
  const { durationSeconds, fps, codec, hasAudio, ...shown } = await inspectVideo(store, key);
  if (durationSeconds > config.VIDEO_MAX_SECONDS) {
    const limit = `at most ${config.VIDEO_MAX_SECONDS} are allowed`;
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
