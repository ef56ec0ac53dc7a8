import { z } from 'zod';
import { errorRecordSchema } from '../bus/rpc';
import { pictureFitSchema } from '../catalogue/input-limits';
import {
  aspectRatioSchema,
  INPUT_ROLES,
  modelIdSchema,
  operationSchema,
  paramNameSchema,
  paramValueSchema,
} from '../catalogue/vocabulary';
import { STYLE_PRESET_IDS } from '../catalogue/style-presets';
import { JOB_CONDITIONS, JOB_STAGES, JOB_STATUSES } from './state';

/** A stored picture or video that goes into a job. */
export const jobInputSchema = z.object({
  /** A first frame is written as `image`: services of an earlier release know it by that name only. Read it with `inputRole`. */
  role: z.enum(['image', ...INPUT_ROLES]),
  assetId: z.string(),
  objectKey: z.string(),
  contentType: z.string(),
  /** What becomes of a picture before its vendor gets it; left out: nothing. Engines of our own take it as it is. */
  fit: pictureFitSchema.optional(),
});
export type JobInput = z.infer<typeof jobInputSchema>;

/** Something that was asked for, and what it became. `to` is null where it was left out. */
export const adjustmentSchema = z.object({
  /** As in the body of the request, for example `duration` or `params.sound`. */
  field: z.string(),
  from: paramValueSchema.nullable(),
  to: paramValueSchema.nullable(),
  /** A sentence for the user. */
  reason: z.string(),
});
export type Adjustment = z.infer<typeof adjustmentSchema>;

/** One video to make: validated against the model, every default filled in. Never changes after the accept. */
export const videoRequestSchema = z.object({
  operation: operationSchema,
  provider: z.string(),
  model: modelIdSchema,
  prompt: z.string(),
  negativePrompt: z.string().nullable(),
  stylePreset: z.enum(STYLE_PRESET_IDS).nullable(),
  durationSeconds: z.number().positive(),
  aspectRatio: aspectRatioSchema,
  /** Size class, for example `720P`, and the pixels that it stands for. */
  size: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  seed: z.int().nonnegative(),
  /** video-to-anime only, 0 to 1. */
  strength: z.number().min(0).max(1).nullable(),
  inputs: z.array(jobInputSchema),
  /** The model's own parameters, defaults filled in. */
  params: z.record(paramNameSchema, paramValueSchema).default({}),
  adjustments: z.array(adjustmentSchema).default([]),
});
export type VideoRequest = z.infer<typeof videoRequestSchema>;

/** The finished video as storage probed it. */
export const jobOutputSchema = z.object({
  assetId: z.string(),
  objectKey: z.string(),
  contentType: z.string(),
  sizeBytes: z.int().nonnegative(),
  width: z.int().positive(),
  height: z.int().positive(),
  durationSeconds: z.number().positive(),
  fps: z.number().positive(),
  videoCodec: z.string(),
  sha256: z.string(),
  /** What made it, in words that a viewer sees, for example that it is an animatic. */
  label: z.string().nullable(),
});
export type JobOutput = z.infer<typeof jobOutputSchema>;

/** The part of a job that changes; what every job event carries. `version` grows by one with each change. */
export const jobStateSchema = z.object({
  jobId: z.string(),
  accountId: z.string(),
  ownerUserId: z.string(),
  type: z.enum(['video']),
  version: z.int().positive(),
  /** The provider and model of the present attempt: they change where a job falls back to another model. */
  provider: z.string(),
  model: z.string(),
  status: z.enum(JOB_STATUSES),
  stage: z.enum(JOB_STAGES).nullable(),
  conditions: z.array(z.enum(JOB_CONDITIONS)),
  /** Per cent, 0 to 100; never falls; below 100 until completed. */
  progress: z.number().min(0).max(100),
  /** True where the engine gives no progress and ours is computed from the model's history. */
  progressEstimated: z.boolean(),
  error: errorRecordSchema.nullable(),
  output: jobOutputSchema.nullable(),
  /** A video that came after the job had failed for lateness: it is the user's, and was not charged. */
  lateAssetId: z.string().nullable(),
  /** Sentences for the user: what was changed or left out to fit the vendor, and which model was fallen back to. */
  notes: z.array(z.string()),
  creditsHeld: z.int().nonnegative(),
  creditsCaptured: z.int().nonnegative(),
  changedAt: z.iso.datetime(),
});
export type JobState = z.infer<typeof jobStateSchema>;

/** A whole job, as job-orchestrator gives it to other services. */
export const jobRecordSchema = jobStateSchema.extend({
  request: videoRequestSchema,
  priceCredits: z.int().nonnegative(),
  priceVersion: z.string(),
  /** Whether it runs on a key of the user's own; it is never given another. */
  ownKey: z.boolean().optional(),
  /** Which of how many variants of one request this is, from 1. */
  variant: z.object({ index: z.int().positive(), of: z.int().positive() }),
  retryOf: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  /** The other models that it may fall back to, in order, and those that it has left behind. */
  fallback: z.array(z.string()),
  /** For a job that waits its turn: how many are before it (an estimate under fair sharing) and when it may begin. Seconds. */
  queue: z
    .object({ position: z.int().nonnegative(), etaSeconds: z.number().nonnegative().nullable() })
    .nullable(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
});
export type JobRecord = z.infer<typeof jobRecordSchema>;
