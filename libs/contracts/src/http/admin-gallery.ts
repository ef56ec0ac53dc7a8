import { z } from 'zod';
import {
  galleryStatusSchema,
  MODERATION_DECISIONS,
  MODERATION_KINDS,
  MODERATION_STATES,
} from '../sharing/record';
import { reasonSchema } from './admin-people';

/** GET /api/v1/admin/gallery: oldest first. */
export const moderationQuerySchema = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(50),
    cursor: z.string().max(200).optional(),
    kind: z.enum(MODERATION_KINDS).default('entry'),
    state: z
      .enum(MODERATION_STATES)
      .default('open')
      .describe('`open`: waits for approval, or was reported. The others can be approved again.'),
  })
  .meta({ id: 'ModerationQuery' });
export type ModerationQuery = z.infer<typeof moderationQuerySchema>;

export const moderationItemResourceSchema = z
  .object({
    kind: z.enum(MODERATION_KINDS),
    id: z.string(),
    entry_id: z.string().describe('Of a comment: the entry that it is about.'),
    status: galleryStatusSchema,
    author_user_id: z.string(),
    text: z.string().nullable().describe('The title of an entry, the text of a comment.'),
    prompt: z.string().nullable(),
    model: z.string(),
    page_url: z.string().nullable().describe('Null where the link does not open.'),
    open_reports: z.int(),
    reasons: z.array(z.string()).describe('Of the newest open reports, at most five.'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'ModerationItem' });
export type ModerationItemResource = z.infer<typeof moderationItemResourceSchema>;
export const moderationPageSchema = z
  .object({ data: z.array(moderationItemResourceSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'ModerationPage' });
export type ModerationPage = z.infer<typeof moderationPageSchema>;

/** POST /api/v1/admin/gallery/{entries|comments}/{id}/decide */
export const moderateSchema = z
  .strictObject({
    decision: z
      .enum(MODERATION_DECISIONS)
      .describe('`reject` keeps it out of the gallery; `take_down` closes the link of a video too.'),
    reason: reasonSchema,
  })
  .meta({ id: 'Moderate' });
export type Moderate = z.infer<typeof moderateSchema>;
export const moderatedSchema = z.object({ status: galleryStatusSchema }).meta({ id: 'Moderated' });
export type Moderated = z.infer<typeof moderatedSchema>;
