import { z } from 'zod';
import type { JobRecord } from '../job/record';
import { jobMoment, toStudioStatus } from '../job/vocabularies';

/** GET /v1/turbodiffusion/jobs/{id}: the worker's word for the state, and in `db` the one that says more. */
export const turboJobSchema = z
  .object({
    job_id: z.string(),
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
    job_id: job.jobId,
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
