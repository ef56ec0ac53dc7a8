import { z } from 'zod';
import { isId } from '@shotloom/kernel';
import { aspectRatioSchema } from '../catalogue/vocabulary';
import { adjustmentSchema, type JobRecord } from '../job/record';
import { jobMoment, toYunwuStatus } from '../job/vocabularies';
import { MOST_DRAFT_REQUESTS, MOST_JOBS_OF_A_SET } from '../rpc/drafts';
import { promptSchema, text } from './generate';
import { yunwuModelSchema } from './yunwu';

/** The longest list of ids that fits into an address. */
const MOST_WATCHED = 200;
/** The name of a shot in a job's metadata. */
export const SHOT_KEY = 'shot';

const image = z
  .string()
  .min(1)
  .max(2000)
  .describe('A picture of yours: the `asset_id` or `file_url` of an upload.');
const shotSchema = z
  .strictObject({
    shot: text(40).min(1).describe('Its name in your storyboard, such as `1.0`; its tasks are `1.0-v1` ...'),
    prompt: promptSchema,
    image: image.optional(),
  })
  .meta({ id: 'YunwuShot' });
const taskId = z.string().refine(isId, 'This is not the id of a task.');

/** `POST /api/yunwu/tasks`. What is left out is as in the caller's configuration. */
export const createYunwuTasksSchema = z
  .strictObject({
    shots: z.array(shotSchema).min(1).max(MOST_DRAFT_REQUESTS).optional(),
    images: z
      .array(image)
      .min(1)
      .max(MOST_DRAFT_REQUESTS)
      .optional()
      .describe('Instead of `shots`: a shot for each, named `1.0`, `2.0` ..., all with `prompt`.'),
    prompt: promptSchema.optional().describe('With `images` only.'),
    videos_per_shot: z.int().min(1).max(5).optional(),
    model: yunwuModelSchema.optional(),
    size: z.enum(['720P', '1080P']).optional(),
    aspect_ratio: aspectRatioSchema.optional(),
    duration: z.int().min(1).max(600).optional().describe('Seconds.'),
  })
  .refine(({ shots, images }) => (shots === undefined) !== (images === undefined), {
    path: ['shots'],
    message: 'Give `shots`, or `images` with a `prompt`, and not both.',
  })
  .refine(({ images, prompt }) => (images === undefined) === (prompt === undefined), {
    path: ['prompt'],
    message: 'A `prompt` goes with `images`; each of `shots` has its own.',
  })
  .meta({ id: 'CreateYunwuTasks' });
export type CreateYunwuTasks = z.infer<typeof createYunwuTasksSchema>;

export const yunwuTaskSchema = z
  .object({
    task_id: z.string(),
    name: z.string().describe('`1.0-v1`: the shot, and which of its videos.'),
    shot: z.string(),
    variant: z.int(),
    status: z.enum(['pending', 'queued', 'processing', 'completed', 'failed']),
    progress: z.number(),
    model: z.string(),
    prompt: z.string(),
    seed: z.int(),
    credits: z.int().describe('What it costs: of today before it is run, and fixed from then on.'),
    error: z.string().nullable(),
    video_url: z.string().nullable().describe('For its owner; redirects to a link that works for an hour.'),
    adjustments: z.array(adjustmentSchema),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'YunwuTask' });
export type YunwuTask = z.infer<typeof yunwuTaskSchema>;
export const yunwuTasksSchema = z.object({ tasks: z.array(yunwuTaskSchema) }).meta({ id: 'YunwuTasks' });
export type YunwuTasks = z.infer<typeof yunwuTasksSchema>;

/** `POST /api/yunwu/tasks/run-concurrent` */
export const runYunwuTasksSchema = z
  .strictObject({
    task_ids: z
      .array(taskId)
      .min(1)
      .max(MOST_JOBS_OF_A_SET)
      .refine((ids) => new Set(ids).size === ids.length, 'Name each task once.'),
    max_concurrent: z
      .int()
      .min(1)
      .max(5)
      .optional()
      .describe('So many of these are under way at a time; left out it is that of your configuration, 3.'),
  })
  .meta({ id: 'RunYunwuTasks' });
export type RunYunwuTasks = z.infer<typeof runYunwuTasksSchema>;

export const yunwuRunSchema = z
  .object({
    task_ids: z.array(z.string()),
    max_concurrent: z.int(),
    credits_held: z.int().describe('Held for all of them; each is charged when its video is stored.'),
  })
  .meta({ id: 'YunwuRun' });
export type YunwuRun = z.infer<typeof yunwuRunSchema>;

/** `GET /api/yunwu/progress` */
export const yunwuProgressQuerySchema = z
  .strictObject({
    task_ids: z
      .string()
      .transform((value) => [...new Set(value.split(','))])
      .pipe(z.array(taskId).min(1).max(MOST_WATCHED)),
  })
  .meta({ id: 'YunwuProgressQuery' });
export type YunwuProgressQuery = z.infer<typeof yunwuProgressQuerySchema>;

/** One entry of a `progress` event. */
export interface YunwuProgress {
  readonly task_id: string;
  readonly status: YunwuTask['status'];
  readonly progress: number;
}

/** The record of the bus as a task of the storyboard tool. Pure. */
export function toYunwuTask(job: JobRecord): YunwuTask {
  const { request, output, error, variant, metadata, status } = job;
  const shot = metadata[SHOT_KEY] ?? job.jobId;
  return {
    task_id: job.jobId,
    name: `${shot}-v${variant.index}`,
    shot,
    variant: variant.index,
    status: toYunwuStatus(jobMoment(job)),
    progress: job.progress,
    model: job.model,
    prompt: request.prompt,
    seed: request.seed,
    credits: job.priceCredits,
    error: status === 'cancelled' ? 'cancelled' : (error?.message ?? null),
    video_url: output ? `/api/v1/jobs/${job.jobId}/video` : null,
    adjustments: request.adjustments,
    created_at: job.createdAt,
  };
}
