import { z } from 'zod';

/** The messages that the multi-shot engine's document shows, field by field. A video of a single shot has no `shot_id`. */
export const connected = z.strictObject({
  type: z.literal('connected'),
  job_id: z.string(),
  message: z.string(),
});
export const progress = z.strictObject({
  type: z.literal('progress'),
  job_id: z.string(),
  step: z.string().min(1),
  progress: z.number().min(0).max(100),
  shot_id: z.string().nullable(),
});
export const shotComplete = z.strictObject({
  type: z.literal('shot_complete'),
  job_id: z.string(),
  shot_id: z.string(),
  video_path: z.string(),
});
export const jobComplete = z.strictObject({
  type: z.literal('job_complete'),
  job_id: z.string(),
  output_path: z.string(),
});
export const failure = z.strictObject({
  type: z.literal('error'),
  job_id: z.string(),
  error: z.string().min(1),
});

/** Ours beside them: every change of state. */
export const status = z.strictObject({
  type: z.literal('status'),
  job_id: z.string(),
  version: z.int(),
  status: z.enum(['queued', 'submitted', 'processing', 'storing', 'completed', 'failed', 'cancelled']),
  stage: z.string().nullable(),
  conditions: z.array(z.string()),
  progress: z.number().min(0).max(100),
  progress_estimated: z.boolean(),
});

/** All that a socket of one job may say. */
export const jobMessage = z.discriminatedUnion('type', [
  connected,
  progress,
  shotComplete,
  jobComplete,
  failure,
  status,
]);
export type JobMessage = z.infer<typeof jobMessage>;

/** A socket of a user also tells what can be spent, and answers the heartbeat. */
export const userMessage = z.discriminatedUnion('type', [
  ...jobMessage.options,
  z.strictObject({ type: z.literal('credits'), account_id: z.string(), available: z.int() }),
  z.strictObject({ type: z.literal('pong') }),
]);
export type UserMessage = z.infer<typeof userMessage>;
