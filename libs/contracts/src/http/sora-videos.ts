import { z } from 'zod';
import { aspectRatioSchema } from '../catalogue/vocabulary';
import { adjustmentSchema, type JobRecord } from '../job/record';
import { jobMoment, toSoraStatus } from '../job/vocabularies';
import { promptSchema } from './generate';

/** The picture-to-video product took prompts of this length. */
const MAX_PROMPT = 500;
/** What it calls fields of ours. */
const FIELD_NAMES: Readonly<Record<string, string>> = { size: 'resolution', file_url: 'image_url' };

/** POST /api/v1/videos/generate. What the model cannot do becomes the nearest that it can. */
export const generateSoraVideoSchema = z
  .strictObject({
    prompt: promptSchema.max(MAX_PROMPT, `A prompt has at most ${MAX_PROMPT} characters here.`),
    image_url: z
      .string()
      .max(2000)
      .optional()
      .describe('The `file_url` of an upload. Without a picture the video is made from the words alone.'),
    asset_id: z.string().max(60).optional().describe('The `asset_id` of an upload, instead of its address.'),
    model: z
      .string()
      .trim()
      .min(1)
      .max(120)
      .optional()
      .describe('Without it the default of this installation.'),
    duration: z.number().positive().max(600).optional().describe('Seconds.'),
    resolution: z
      .string()
      .regex(/^\d{2,5}x\d{2,5}$/, 'Is WIDTHxHEIGHT, such as 1280x720.')
      .optional(),
    aspect_ratio: aspectRatioSchema.optional(),
  })
  .meta({ id: 'GenerateSoraVideo' });
export type GenerateSoraVideo = z.infer<typeof generateSoraVideoSchema>;

export const soraVideoSchema = z
  .object({
    id: z.string(),
    status: z.enum(['pending', 'processing', 'completed', 'failed']),
    progress: z.number().min(0).max(100),
    prompt: z.string(),
    model: z.string(),
    image_url: z.string().nullable(),
    video_url: z
      .string()
      .nullable()
      .describe('Stable, and for its owner only; redirects to a link that works for an hour.'),
    duration: z.number().describe('Seconds.'),
    resolution: z.string().describe('WIDTHxHEIGHT; the measured one as soon as there is a video.'),
    credits_used: z.int().describe('Held while it is made, charged when it is there, 0 where it failed.'),
    error_message: z.string().nullable(),
    adjustments: z.array(adjustmentSchema),
    created_at: z.iso.datetime(),
    completed_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'SoraVideo' });
export type SoraVideo = z.infer<typeof soraVideoSchema>;

export const soraVideoPageSchema = z
  .object({ data: z.array(soraVideoSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'SoraVideoPage' });
export type SoraVideoPage = z.infer<typeof soraVideoPageSchema>;

/** The record of the bus as that product showed its videos. Pure. */
export function toSoraVideo(job: JobRecord): SoraVideo {
  const { request, output, error, status } = job;
  const [picture] = request.inputs;
  const { width, height } = output ?? request;
  return {
    id: job.jobId,
    status: toSoraStatus(jobMoment(job)),
    progress: job.progress,
    prompt: request.prompt,
    model: job.model,
    image_url: picture ? `/api/v1/assets/${picture.assetId}/file` : null,
    video_url: output ? `/uploads/videos/${job.jobId}.mp4` : null,
    duration: request.durationSeconds,
    resolution: `${width}x${height}`,
    credits_used: job.creditsCaptured + job.creditsHeld,
    error_message: status === 'cancelled' ? 'cancelled' : (error?.message ?? null),
    adjustments: request.adjustments.map((one) => ({ ...one, field: FIELD_NAMES[one.field] ?? one.field })),
    created_at: job.createdAt,
    completed_at: job.finishedAt,
  };
}
