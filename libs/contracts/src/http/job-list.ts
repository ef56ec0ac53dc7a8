import { z } from 'zod';
import { JOB_STATUSES } from '../job/state';

/** GET /api/v1/jobs. Several statuses are separated by commas. */
export const jobListQuerySchema = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.string().max(500).optional(),
    status: z
      .string()
      .transform((value) => value.split(','))
      .pipe(z.array(z.enum(JOB_STATUSES)))
      .optional(),
    provider: z.string().max(60).optional(),
    created_from: z.iso.datetime().optional(),
    created_before: z.iso.datetime().optional(),
  })
  .meta({ id: 'JobListQuery' });
export type JobListQuery = z.infer<typeof jobListQuerySchema>;

/** GET /api/v1/jobs/export: the list's filters. */
export const jobExportQuerySchema = jobListQuerySchema
  .omit({ limit: true, cursor: true })
  .extend({ format: z.enum(['csv', 'json']).default('csv') })
  .meta({ id: 'JobExportQuery' });
export type JobExportQuery = z.infer<typeof jobExportQuerySchema>;
