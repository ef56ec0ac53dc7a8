import { z } from 'zod';
import { galleryStatusSchema, TITLE_MAX } from '../sharing/record';

const DAY_SECONDS = 86_400;
const TEN_YEARS = 3_650 * DAY_SECONDS;

const title = z
  .string()
  .trim()
  .min(1)
  .max(TITLE_MAX)
  .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters');

/** POST /api/v1/jobs/{id}/share: what is left out stays as it is where a link lives. */
export const shareJobSchema = z
  .strictObject({
    title: title.nullable().optional().describe('Shown above the video; null takes it away.'),
    expires_in: z
      .int()
      .min(60)
      .max(TEN_YEARS)
      .nullable()
      .optional()
      .describe('Seconds from now; null: until it is revoked, which is what a new link does.'),
    expires_at: z.iso.datetime().nullable().optional().describe('The same as a time. Not with `expires_in`.'),
    allow_download: z
      .boolean()
      .optional()
      .describe('Whether the page offers the file. What can be watched can be kept all the same.'),
    show_prompt: z
      .boolean()
      .optional()
      .describe('Whether others may read the prompt; not unless you say so.'),
    in_gallery: z.boolean().optional().describe('Puts it into the gallery, or takes it out of there.'),
  })
  .refine(({ expires_in, expires_at }) => expires_in === undefined || expires_at === undefined, {
    path: ['expires_at'],
    error: 'must be left out beside `expires_in`',
  })
  .meta({ id: 'ShareJob' });
export type ShareJob = z.infer<typeof shareJobSchema>;

export const shareResourceSchema = z
  .object({
    id: z.string(),
    job_id: z.string(),
    url: z.string().describe('The public page; whoever has it may watch.'),
    state: z
      .enum(['live', 'expired', 'blocked'])
      .describe('`blocked`: an operator took it down. Only a link that is live opens.'),
    title: z.string().nullable(),
    model: z.string(),
    show_prompt: z.boolean(),
    allow_download: z.boolean(),
    expires_at: z.iso.datetime().nullable(),
    gallery: z
      .object({ entry_id: z.string(), status: galleryStatusSchema })
      .nullable()
      .describe('Null where it is not in the gallery; `pending` waits for an operator.'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Share' });
export type ShareResource = z.infer<typeof shareResourceSchema>;

export const shareListQuerySchema = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.guid('is not a cursor of this list').optional(),
  })
  .meta({ id: 'ShareListQuery' });
export type ShareListQuery = z.infer<typeof shareListQuerySchema>;
export const sharePageSchema = z
  .object({ data: z.array(shareResourceSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'SharePage' });
export type SharePage = z.infer<typeof sharePageSchema>;
