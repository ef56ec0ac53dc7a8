import { z } from 'zod';
import { aspectRatioSchema } from '../catalogue/vocabulary';
import { adjustmentSchema, type JobRecord } from '../job/record';
import { jobMoment, toOpenAiStatus } from '../job/vocabularies';
import { promptSchema, seedSchema, text } from './generate';

/** The longest name of a model that is read; none of ours comes near. */
const modelSchema = z.string().trim().min(1).max(120);
/** Forms have text only. */
const numberAsText = z
  .union([z.number(), z.string().regex(/^-?\d+(\.\d+)?$/, 'Is a number.')])
  .pipe(z.coerce.number());

/** A picture in JSON: an earlier upload of ours, or a link to one, or the picture itself as a data URL. */
export const videoReferenceSchema = z.union([
  z.strictObject({ file_id: z.string().max(64) }),
  z.strictObject({ image_url: z.string().max(2_000_000) }),
]);

/**
 * The body of `POST /v1/videos`, as a form or as JSON (OpenAI's Videos API). `seconds` is text there; a number is taken too. The last
 * three fields are ours, since other models know them; clients send them as extra fields.
 */
export const createVideoSchema = z
  .strictObject({
    prompt: promptSchema,
    model: modelSchema
      .optional()
      .describe('One of `GET /v1/models`; a name without provider is enough where only one has it.'),
    seconds: numberAsText.pipe(z.number().positive().max(600)).optional(),
    size: z
      .string()
      .regex(/^\d{2,5}x\d{2,5}$/, 'Is WIDTHxHEIGHT, such as 1280x720.')
      .optional(),
    input_reference: videoReferenceSchema.optional(),
    negative_prompt: text(2_000).optional(),
    seed: numberAsText.pipe(seedSchema).optional(),
    aspect_ratio: aspectRatioSchema.optional(),
  })
  .meta({ id: 'CreateVideo' });
export type CreateVideo = z.infer<typeof createVideoSchema>;

export const remixVideoSchema = z
  .strictObject({ prompt: z.string().trim().min(1).max(32_000) })
  .meta({ id: 'RemixVideo' });
export type RemixVideo = z.infer<typeof remixVideoSchema>;

/** `after`: the id of the last video of the page before. */
export const videoListQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  after: z.string().max(64).optional(),
  order: z.enum(['asc', 'desc']).default('desc'),
});
export type VideoListQuery = z.infer<typeof videoListQuerySchema>;

export const VIDEO_VARIANTS = ['video', 'thumbnail', 'spritesheet'] as const;
export const videoContentQuerySchema = z.strictObject({ variant: z.enum(VIDEO_VARIANTS).default('video') });
export type VideoContentQuery = z.infer<typeof videoContentQuerySchema>;

const VIDEO_STATUSES = ['queued', 'in_progress', 'completed', 'failed'] as const;

/** A job in OpenAI's words. Times are seconds since 1970. */
export const openAiVideoSchema = z
  .object({
    id: z.string(),
    object: z.literal('video'),
    created_at: z.int(),
    completed_at: z.int().nullable(),
    expires_at: z.int().nullable(),
    status: z.enum(VIDEO_STATUSES),
    model: z.string(),
    progress: z.int().min(0).max(100),
    prompt: z.string(),
    seconds: z.string(),
    size: z.string(),
    remixed_from_video_id: z.string().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    adjustments: z
      .array(adjustmentSchema)
      .describe('Ours: what was asked for and had to become something else for this model.'),
  })
  .meta({ id: 'OpenAiVideo' });
export type OpenAiVideo = z.infer<typeof openAiVideoSchema>;

export const openAiVideoListSchema = z
  .object({
    object: z.literal('list'),
    data: z.array(openAiVideoSchema),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  })
  .meta({ id: 'OpenAiVideoList' });
export type OpenAiVideoList = z.infer<typeof openAiVideoListSchema>;

export const deletedVideoSchema = z
  .object({ id: z.string(), object: z.literal('video.deleted'), deleted: z.literal(true) })
  .meta({ id: 'DeletedVideo' });
export type DeletedVideo = z.infer<typeof deletedVideoSchema>;

export const openAiModelSchema = z
  .object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() })
  .meta({ id: 'OpenAiModel' });
export type OpenAiModel = z.infer<typeof openAiModelSchema>;

export const openAiModelListSchema = z
  .object({ object: z.literal('list'), data: z.array(openAiModelSchema) })
  .meta({ id: 'OpenAiModelList' });
export type OpenAiModelList = z.infer<typeof openAiModelListSchema>;

/** How every route under `/v1` fails. `code` is the stable code of ours where OpenAI has none for it. */
export const openAiErrorSchema = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  })
  .meta({ id: 'OpenAiError' });
export type OpenAiError = z.infer<typeof openAiErrorSchema>;

/** The key of a job's metadata under which a remix keeps the video that it came from. */
export const REMIXED_FROM = 'remixed_from_video_id';

const seconds = (at: string): number => Math.floor(Date.parse(at) / 1000);

/** The record of the bus as a video of OpenAI's API. `expiresAt`: when its file goes, as far as that is known. Pure. */
export function toOpenAiVideo(job: JobRecord, expiresAt: string | null = null): OpenAiVideo {
  const { request, output, status } = job;
  const [width, height] = output ? [output.width, output.height] : [request.width, request.height];
  return {
    id: job.jobId,
    object: 'video',
    created_at: seconds(job.createdAt),
    completed_at: status === 'completed' && job.finishedAt ? seconds(job.finishedAt) : null,
    expires_at: expiresAt === null ? null : seconds(expiresAt),
    status: toOpenAiStatus(jobMoment(job)),
    model: job.model,
    progress: Math.floor(job.progress),
    prompt: request.prompt,
    seconds: String(request.durationSeconds),
    size: `${width}x${height}`,
    remixed_from_video_id: job.metadata[REMIXED_FROM] ?? null,
    error: errorOf(job),
    adjustments: request.adjustments,
  };
}

function errorOf({ status, error }: JobRecord): OpenAiVideo['error'] {
  if (status === 'cancelled')
    return { code: 'cancelled', message: error?.message ?? 'The video was cancelled.' };
  return error && { code: error.code, message: error.message };
}
