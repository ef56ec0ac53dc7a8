import { z } from 'zod';
import { ERROR_CODES } from '@shotloom/kernel';

/** `application/problem+json` (RFC 9457) as every route answers errors. */
export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(ERROR_CODES).describe('Stable; programs decide by this, people read `detail`.'),
    detail: z.string().describe('What happened and what to do.'),
    errors: z.array(z.object({ field: z.string(), reason: z.string() })).optional(),
    error_id: z.string().optional().describe('Find the log lines of this failure with it.'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;
