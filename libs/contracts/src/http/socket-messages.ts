import { z } from 'zod';
import { JOB_CONDITIONS, JOB_STAGES, JOB_STATUSES } from '../job/state';

const jobId = { job_id: z.string() };
/** Where to go on from, on sockets that asked for it (`last_event_id` in the address), and only where all before was told. */
const place = { event_id: z.string().optional() };

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
  ...place,
  shot_id: z.string(),
  video_path: z.string(),
});
/** Terminal. `output_path` can be played as it is for an hour. */
export const jobCompleteMessageSchema = z.object({
  type: z.literal('job_complete'),
  ...jobId,
  ...place,
  output_path: z.string(),
});
/** Terminal: failed or cancelled. Programs decide by the job's own `error.code`, which older clients do not know. */
export const errorMessageSchema = z.object({
  type: z.literal('error'),
  ...jobId,
  ...place,
  error: z.string(),
});
/** Every change of state, and first the present one; `version` only grows. */
export const statusMessageSchema = z.object({
  type: z.literal('status'),
  ...jobId,
  ...place,
  version: z.int(),
  status: z.enum(JOB_STATUSES),
  stage: z.enum(JOB_STAGES).nullable(),
  conditions: z.array(z.enum(JOB_CONDITIONS)),
  progress: z.number(),
  progress_estimated: z.boolean(),
});

/** What was missed cannot be told one by one: the present state follows. `job_id` as in `connected`. */
export const resetMessageSchema = z.object({ type: z.literal('reset'), ...jobId, reason: z.string() });
/** The present state was told; `event_id` is where to go on from. Only on sockets that asked to go on somewhere. */
export const readyMessageSchema = z.object({ type: z.literal('ready'), ...jobId, event_id: z.string() });

/** On sockets of a user: what can be spent now by whoever opened it, at first and after every change, at most once a second. */
export const creditsMessageSchema = z.object({
  type: z.literal('credits'),
  account_id: z.string(),
  available: z.int(),
});

/** Everything the server says on `/ws/jobs/{id}`. The client may send `{"type":"ping"}` and gets `{"type":"pong"}`. */
export const socketMessageSchema = z.discriminatedUnion('type', [
  connectedMessageSchema,
  statusMessageSchema,
  progressMessageSchema,
  shotCompleteMessageSchema,
  jobCompleteMessageSchema,
  errorMessageSchema,
  resetMessageSchema,
  readyMessageSchema,
  creditsMessageSchema,
  z.object({ type: z.literal('pong') }),
]);
export type SocketMessage = z.infer<typeof socketMessageSchema>;

/** Subprotocol names: `shotloom.v1`, and a second one that carries the key, `shotloom.key.<api key>`. */
export const SOCKET_PROTOCOL = 'shotloom.v1';
export const SOCKET_KEY_PREFIX = 'shotloom.key.';
