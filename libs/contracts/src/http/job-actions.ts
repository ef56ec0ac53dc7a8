import { z } from 'zod';
import { isId } from '@shotloom/kernel';
import { LOG_LEVELS, type JobLogEntry } from '../rpc/jobs';

/** POST /api/v1/jobs/{id}/retry; the body may be left out. */
export const retryJobSchema = z
  .strictObject({
    seed: z
      .union([z.enum(['same', 'random']), z.int().min(0).max(4_294_967_295)])
      .optional()
      .describe('`same` (default) keeps the seed, `random` takes another, a number is the seed.'),
    max_price_credits: z
      .int()
      .min(0)
      .optional()
      .describe('The price is that of today. Where it is above this, the retry is refused.'),
  })
  .meta({ id: 'RetryJob' });
export type RetryJob = z.infer<typeof retryJobSchema>;

/** POST /api/v1/jobs/stop-all; the body may be left out, which stops everything. */
export const stopAllJobsSchema = z
  .strictObject({
    provider: z.string().min(1).max(60).optional().describe('Only jobs that this provider makes.'),
    job_ids: z
      .array(z.string().refine(isId, 'This is not the id of a job.'))
      .min(1)
      .max(500)
      .optional()
      .describe('Only these; those of other users and those that have ended are left alone.'),
  })
  .meta({ id: 'StopAllJobs' });
export type StopAllJobs = z.infer<typeof stopAllJobsSchema>;

export const stoppedJobsSchema = z
  .object({
    cancelled: z.int().describe('Jobs that have ended at once.'),
    cancelling: z.int().describe('Jobs that are being made; they end when their engine says so.'),
    more: z.boolean().describe('There are others: ask again.'),
  })
  .meta({ id: 'StoppedJobs' });
export type StoppedJobs = z.infer<typeof stoppedJobsSchema>;

/** GET /api/v1/jobs/{id}/log */
export const jobLogQuerySchema = z
  .strictObject({
    after: z.coerce.number().int().min(0).default(0).describe('The `next` of the page before.'),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  })
  .meta({ id: 'JobLogQuery' });
export type JobLogQuery = z.infer<typeof jobLogQuerySchema>;

export const jobLogLineSchema = z
  .object({
    seq: z.int(),
    at: z.iso.datetime(),
    level: z.enum(LOG_LEVELS),
    text: z.string(),
    attempt_id: z.string().nullable(),
    attempt: z.int().nullable().describe('Which try of the job, from 1.'),
    provider: z.string().nullable(),
    vendor_task_id: z.string().nullable(),
  })
  .meta({ id: 'JobLogLine' });

/** Oldest first. `next` is the cursor of what follows; null where there is nothing more now. */
export const jobLogPageSchema = z
  .object({ data: z.array(jobLogLineSchema), next: z.int().nullable() })
  .meta({ id: 'JobLogPage' });
export type JobLogPage = z.infer<typeof jobLogPageSchema>;

/** Lines of the bus as the API shows them. Pure. */
export function toJobLogPage(entries: readonly JobLogEntry[], next: number | null): JobLogPage {
  return { data: entries.map(toJobLogLine), next };
}

export function toJobLogLine(entry: JobLogEntry): z.infer<typeof jobLogLineSchema> {
  const { seq, at, level, text, attemptId, attempt, provider, vendorTaskId } = entry;
  return {
    ...{ seq, at, level, text, attempt, provider },
    attempt_id: attemptId,
    vendor_task_id: vendorTaskId,
  };
}
