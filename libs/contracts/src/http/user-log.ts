import { z } from 'zod';
import { isId } from '@shotloom/kernel';
import { LOG_LEVELS, type UserLogEntry } from '../rpc/jobs';
import { jobLogLineSchema, toJobLogLine } from './job-actions';

/** GET /api/v1/log. Several levels are separated by commas. */
export const userLogQuerySchema = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(500).default(100),
    cursor: z.string().max(100).optional().describe('The `next_cursor` of the page before.'),
    level: z
      .string()
      .transform((value) => value.split(','))
      .pipe(z.array(z.enum(LOG_LEVELS)))
      .optional()
      .describe('INFO, SUCCESS, WARN, ERROR; several with commas.'),
    provider: z.string().min(1).max(60).optional(),
    since: z.iso.datetime().optional(),
    project: z.string().refine(isId, 'This is not the id of a project.').optional(),
  })
  .meta({ id: 'LogQuery' });
export type UserLogQuery = z.infer<typeof userLogQuerySchema>;

export const userLogLineSchema = jobLogLineSchema
  .extend({
    job_id: z.string(),
    shot: z.string().nullable().describe('The shot that the job was named after.'),
  })
  .meta({ id: 'LogLine' });
export type UserLogLine = z.infer<typeof userLogLineSchema>;

export const userLogPageSchema = z
  .object({ data: z.array(userLogLineSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'LogPage' });
export type UserLogPage = z.infer<typeof userLogPageSchema>;

/** A line of the bus as the API shows it. Pure. */
export function toUserLogLine(entry: UserLogEntry): UserLogLine {
  return { ...toJobLogLine(entry), job_id: entry.jobId, shot: entry.shot };
}
