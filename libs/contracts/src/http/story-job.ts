import { z } from 'zod';
import { promptSchema } from './generate';

/** POST /api/v1/jobs: a story from one prompt. */
export const createStoryJobSchema = z
  .strictObject({
    user_prompt: promptSchema,
    model_id: z.string().max(120).optional(),
    max_shots: z.int().min(1).max(10).default(5),
    reference_image: z.string().max(2000).optional().describe('The `asset_id` or `file_url` of an upload.'),
  })
  .meta({ id: 'CreateStoryJob' });
export type CreateStoryJob = z.infer<typeof createStoryJobSchema>;
