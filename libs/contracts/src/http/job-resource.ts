import { z } from 'zod';
import { ERROR_CODES } from '@shotloom/kernel';
import { inputRole } from '../catalogue/rules';
import { inputRoleSchema, operationSchema, paramNameSchema, paramValueSchema } from '../catalogue/vocabulary';
import { adjustmentSchema, type JobRecord } from '../job/record';
import { shownMediaSchema } from './shown-media';
import { JOB_CONDITIONS, JOB_STAGES, JOB_STATUSES } from '../job/state';

const outputSchema = z.object({
  asset_id: z.string(),
  /** Owner-checked and stable; redirects to a link that lasts an hour. */
  url: z.string(),
  content_type: z.string(),
  size_bytes: z.int(),
  width: z.int(),
  height: z.int(),
  duration_seconds: z.number(),
  fps: z.number(),
  video_codec: z.string(),
  sha256: z.string(),
  label: z.string().nullable(),
  ...shownMediaSchema.partial().shape,
});

/** A job as the HTTP API shows it. */
export const jobResourceSchema = z
  .object({
    id: z.string(),
    type: z.enum(['video']),
    status: z.enum(JOB_STATUSES),
    stage: z.enum(JOB_STAGES).nullable(),
    conditions: z.array(z.enum(JOB_CONDITIONS)),
    progress_percentage: z.number(),
    progress_estimated: z.boolean(),
    version: z.int(),
    operation: operationSchema,
    provider: z.string(),
    model: z.string(),
    prompt: z.string(),
    negative_prompt: z.string().nullable(),
    style_preset: z.string().nullable(),
    duration: z.number(),
    aspect_ratio: z.string(),
    size: z.string(),
    width: z.int(),
    height: z.int(),
    seed: z.int(),
    strength: z.number().nullable(),
    input_asset_ids: z.array(z.string()),
    inputs: z.array(z.object({ asset_id: z.string(), role: inputRoleSchema })),
    params: z.record(paramNameSchema, paramValueSchema),
    adjustments: z.array(adjustmentSchema).describe('What was asked for and had to become something else.'),
    price: z.object({
      credits: z.int(),
      version: z.string(),
      own_key: z.boolean().optional().describe('True where it runs on your own key at the vendor.'),
    }),
    credits: z.object({ held: z.int(), captured: z.int() }),
    error: z.object({ code: z.enum(ERROR_CODES), message: z.string(), retryable: z.boolean() }).nullable(),
    output: outputSchema.nullable(),
    late_asset_id: z.string().nullable(),
    notes: z.array(z.string()),
    fallback: z.array(z.string()),
    queue: z.object({ position: z.int(), eta_seconds: z.number().nullable() }).nullable(),
    variant: z.object({ index: z.int(), of: z.int() }),
    retry_of: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Job' });
export type JobResource = z.infer<typeof jobResourceSchema>;

/** One page, newest first. `next_cursor` is null on the last page. */
export const jobPageSchema = z
  .object({ data: z.array(jobResourceSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'JobPage' });
/** The answer where `variants` was more than one. */
export const jobGroupSchema = z.object({ data: z.array(jobResourceSchema) }).meta({ id: 'JobGroup' });

/** The record of the bus as a resource of the API. Pure. */
export function toJobResource(job: JobRecord): JobResource {
  const { request, error, output } = job;
  return {
    id: job.jobId,
    type: job.type,
    status: job.status,
    stage: job.stage,
    conditions: job.conditions,
    progress_percentage: job.progress,
    progress_estimated: job.progressEstimated,
    version: job.version,
    operation: request.operation,
    provider: job.provider,
    model: job.model,
    prompt: request.prompt,
    negative_prompt: request.negativePrompt,
    style_preset: request.stylePreset,
    duration: request.durationSeconds,
    aspect_ratio: request.aspectRatio,
    size: request.size,
    width: request.width,
    height: request.height,
    seed: request.seed,
    strength: request.strength,
    input_asset_ids: request.inputs.map((input) => input.assetId),
    inputs: request.inputs.map(({ assetId, role }) => ({ asset_id: assetId, role: inputRole(role) })),
    params: request.params,
    adjustments: request.adjustments,
    price: {
      credits: job.priceCredits,
      version: job.priceVersion,
      ...(job.ownKey === true ? { own_key: true } : {}),
    },
    credits: { held: job.creditsHeld, captured: job.creditsCaptured },
    error: error && { code: error.code, message: error.message, retryable: error.retryable },
    output: output && toOutput(job.jobId, output),
    late_asset_id: job.lateAssetId,
    notes: job.notes,
    fallback: job.fallback,
    queue: job.queue && { position: job.queue.position, eta_seconds: job.queue.etaSeconds },
    variant: job.variant,
    retry_of: job.retryOf,
    metadata: job.metadata,
    created_at: job.createdAt,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
  };
}

function toOutput(jobId: string, output: NonNullable<JobRecord['output']>): JobResource['output'] {
  return {
    asset_id: output.assetId,
    url: `/api/v1/jobs/${jobId}/video`,
    content_type: output.contentType,
    size_bytes: output.sizeBytes,
    width: output.width,
    height: output.height,
    duration_seconds: output.durationSeconds,
    fps: output.fps,
    video_codec: output.videoCodec,
    sha256: output.sha256,
    label: output.label,
  };
}
