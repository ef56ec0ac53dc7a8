import { z } from 'zod';
import { modelIdSchema } from '../catalogue/vocabulary';
import { COMMENT_MAX, GALLERY_SORTS, galleryStatusSchema, REPORT_MAX } from '../sharing/record';

/** Who made or wrote something. Never an address of theirs. */
const person = z
  .object({
    name: z.string().nullable().describe('Null where they have no name that may be shown.'),
    is_me: z.boolean(),
  })
  .meta({ id: 'GalleryPerson' });
export type GalleryPerson = z.infer<typeof person>;

export const galleryQuerySchema = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(24),
    cursor: z.string().max(200).optional(),
    sort: z.enum(GALLERY_SORTS).default('new').describe('`top`: most likes first.'),
    model: modelIdSchema.optional().describe('Only what this model made.'),
  })
  .meta({ id: 'GalleryQuery' });
export type GalleryQuery = z.infer<typeof galleryQuerySchema>;

export const galleryEntrySchema = z
  .object({
    id: z.string(),
    title: z.string().nullable(),
    prompt: z.string().nullable().describe('Null where its maker does not show it.'),
    model: z.string(),
    label: z.string().nullable().describe('What made it, in words that a viewer should see.'),
    author: person,
    page_url: z.string(),
    video_url: z.string().describe('Redirects to the file; stays good while the video is shared.'),
    poster_url: z.string().nullable(),
    width: z.int(),
    height: z.int(),
    duration: z.number().describe('Seconds.'),
    likes: z.int(),
    comments: z.int(),
    liked_by_me: z.boolean(),
    published_at: z.iso.datetime(),
  })
  .meta({ id: 'GalleryEntry' });
export type GalleryEntry = z.infer<typeof galleryEntrySchema>;

export const galleryPageSchema = z
  .object({
    data: z.array(galleryEntrySchema),
    next_cursor: z.string().nullable(),
    features: z
      .object({ likes: z.boolean(), comments: z.boolean() })
      .describe('What the operator has switched on.'),
  })
  .meta({ id: 'GalleryPage' });
export type GalleryPage = z.infer<typeof galleryPageSchema>;

export const galleryLikesSchema = z
  .object({ likes: z.int(), liked_by_me: z.boolean() })
  .meta({ id: 'GalleryLikes' });
export type GalleryLikes = z.infer<typeof galleryLikesSchema>;

/** POST /api/v1/gallery/{id}/comments. Lines may be broken; other control characters say nothing to a reader. */
export const addCommentSchema = z
  .strictObject({
    text: z
      .string()
      .trim()
      .min(1)
      .max(COMMENT_MAX)
      .regex(/^[^\p{Cc}]*(?:[\n\t][^\p{Cc}]*)*$/u, 'must not hold control characters'),
  })
  .meta({ id: 'AddComment' });
export type AddComment = z.infer<typeof addCommentSchema>;

export const commentSchema = z
  .object({
    id: z.string(),
    entry_id: z.string(),
    text: z.string(),
    author: person,
    status: galleryStatusSchema.describe('`pending` waits for an operator, and is seen by its author alone.'),
    can_delete: z.boolean(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'GalleryComment' });
export type GalleryComment = z.infer<typeof commentSchema>;

export const commentListQuerySchema = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(50),
    cursor: z.guid('is not a cursor of this list').optional(),
  })
  .meta({ id: 'CommentListQuery' });
export type CommentListQuery = z.infer<typeof commentListQuerySchema>;
export const commentPageSchema = z
  .object({ data: z.array(commentSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'CommentPage' });
export type CommentPage = z.infer<typeof commentPageSchema>;

/** POST .../report */
export const reportSchema = z
  .strictObject({ reason: z.string().trim().min(3).max(REPORT_MAX).describe('Operators alone read it.') })
  .meta({ id: 'ReportToOperators' });
export type ReportToOperators = z.infer<typeof reportSchema>;
