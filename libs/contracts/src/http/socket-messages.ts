import { z } from 'zod';
import { ERROR_CODES } from '@shotloom/kernel';
import { JOB_CONDITIONS, JOB_STAGES, JOB_STATUSES } from '../job/state';

const jobId = { job_id: z.string() };

/** First on every socket. `job_id` is the id in the address: a job's or a user's. */
export const connectedMessageSchema = z.object({
  type: z.literal('connected'),
  ...jobId,
  message: z.string(),
});
/** Seed 002's progress; `shot_id` is null for a single video. */
export const progressMessageSchema = z.object({
  type: z.literal('progress'),
  ...jobId,
  step: z.string(),
  progress: z.number(),
  shot_id: z.string().nullable(),
});
export const shotCompleteMessageSchema = z.object({
  type: z.literal('shot_complete'),
  ...jobId,
  shot_id: z.string(),
  video_path: z.string(),
});
/** Terminal. `output_path` can be played as it is for an hour. */
export const jobCompleteMessageSchema = z.object({
  type: z.literal('job_complete'),
  ...jobId,
  output_path: z.string(),
});
/** Terminal: failed or cancelled. */
export const errorMessageSchema = z.object({
  type: z.literal('error'),
  ...jobId,
  error: z.string(),
  code: z.enum(ERROR_CODES),
});
/** Every change of state, and first the present one; `version` only grows. */
export const statusMessageSchema = z.object({
  type: z.literal('status'),
  ...jobId,
  version: z.int(),
  status: z.enum(JOB_STATUSES),
  stage: z.enum(JOB_STAGES).nullable(),
  conditions: z.array(z.enum(JOB_CONDITIONS)),
  progress: z.number(),
  progress_estimated: z.boolean(),
});

/** Everything the server says on `/ws/jobs/{id}`. The client may send `{"type":"ping"}` and gets `{"type":"pong"}`. */
export const socketMessageSchema = z.discriminatedUnion('type', [
  connectedMessageSchema,
  statusMessageSchema,
  progressMessageSchema,
  shotCompleteMessageSchema,
  jobCompleteMessageSchema,
  errorMessageSchema,
  z.object({ type: z.literal('pong') }),
]);
export type SocketMessage = z.infer<typeof socketMessageSchema>;

/** Subprotocol names: `shotloom.v1`, and a second one that carries the key, `shotloom.key.<api key>`. */
export const SOCKET_PROTOCOL = 'shotloom.v1';
export const SOCKET_KEY_PREFIX = 'shotloom.key.';
