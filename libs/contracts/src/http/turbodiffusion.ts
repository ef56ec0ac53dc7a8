import { z } from 'zod';
import type { JobRecord } from '../job/record';
import { jobMoment, toStudioStatus } from '../job/vocabularies';
import { promptSchema, seedSchema } from './generate';

/** A whole number as the text of a form has it. */
const wholeNumber = z
  .string()
  .regex(/^\d{1,10}$/, 'Give a whole number.')
  .transform(Number);

/** POST /v1/turbodiffusion/wan22-i2v/jobs: the fields of the form beside the picture, which comes in `image`. */
export const createTurboJobSchema = z.strictObject({
  prompt: promptSchema,
  seed: wholeNumber.pipe(seedSchema).default(0),
  num_steps: wholeNumber.pipe(z.int().min(1, 'Give 1 to 4 steps.').max(4, 'Give 1 to 4 steps.')).default(4),
  quantized: z.stringbool({ error: 'Give true or false.' }).default(true),
});
export type CreateTurboJob = z.infer<typeof createTurboJobSchema>;

const objectSchema = z.object({ bucket: z.string(), key: z.string() });

/** What that order answers. Where the video will be is fixed when the order is accepted. */
export const turboOrderSchema = z
  .object({
    job_id: z.string(),
    status: z.literal('submitted'),
    input: objectSchema,
    output: objectSchema,
    db: z.object({ persisted: z.boolean(), error: z.string().nullable() }),
  })
  .meta({ id: 'TurboOrder' });
export type TurboOrder = z.infer<typeof turboOrderSchema>;

/** GET /v1/turbodiffusion/models: the files that the workers load. */
export const turboModelsSchema = z
  .object({
    models: z.array(
      z.object({
        name: z.string(),
        exists: z.boolean(),
        path: z.string().optional().describe('For operators.'),
      }),
    ),
  })
  .meta({ id: 'TurboModels' });

/** GET /paths: where the gateway keeps and finds files, and whether they are there. */
export const pathsSchema = z
  .object({
    paths: z.array(
      z.object({
        name: z.enum(['objects', 'console', 'temporary']),
        path: z.string().describe('A folder, or the address of a bucket.'),
        exists: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Paths' });
export type Paths = z.infer<typeof pathsSchema>;

/** GET /v1/turbodiffusion/jobs/{id}: the worker's word for the state, and in `db` the one that says more. */
export const turboJobSchema = z
  .object({
    status: z.enum(['PENDING', 'STARTED', 'SUCCESS', 'FAILURE']),
    db: z.object({
      status: z.enum([
        'CREATED',
        'SUBMITTED',
        'STARTED',
        'DOWNLOADED',
        'RUNNING',
        'UPLOADED',
        'SUCCEEDED',
        'FAILED',
      ]),
    }),
    result: z.object({ key: z.string(), width: z.int(), height: z.int(), duration: z.number() }).optional(),
    output_url: z.string().optional().describe('Works for an hour.'),
    error: z.string().optional(),
  })
  .meta({ id: 'TurboJob' });
export type TurboJob = z.infer<typeof turboJobSchema>;

/** The record of the bus in the studio's two vocabularies. `outputUrl`: a link that works for an hour. Pure. */
export function toTurboJob(job: JobRecord, outputUrl: string | null): TurboJob {
  const { status, dbStatus } = toStudioStatus(jobMoment(job));
  const { output, error } = job;
  return {
    status,
    db: { status: dbStatus },
    ...(output && {
      result: {
        key: output.objectKey,
        width: output.width,
        height: output.height,
        duration: output.durationSeconds,
      },
    }),
    ...(outputUrl === null ? {} : { output_url: outputUrl }),
    ...(status === 'FAILURE' ? { error: error?.message ?? 'cancelled' } : {}),
  };
}
