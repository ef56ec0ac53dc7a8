import { z } from 'zod';
import { defineRpc } from '../bus/rpc';
import {
  COMMENT_MAX,
  commentRecordSchema,
  GALLERY_SORTS,
  galleryEntryRecordSchema,
  galleryStatusSchema,
  MODERATION_DECISIONS,
  MODERATION_KINDS,
  MODERATION_STATES,
  moderationItemSchema,
  REPORT_MAX,
} from '../sharing/record';

/** Whether the gallery is open, and to whom, is the gateway's to know. What is not published is `not_found` here, to everybody. */

const page = { limit: z.int().min(1).max(100), cursor: z.string().max(200).optional() };
/** Null: somebody who is not signed in. */
const viewerUserId = z.guid().nullable();

/** Published entries. Errors: `invalid_input` (field `cursor`). */
export const listGalleryRpc = defineRpc(
  'rpc.storage.list-gallery',
  z.object({ ...page, viewerUserId, sort: z.enum(GALLERY_SORTS), model: z.string().optional() }),
  z.object({ entries: z.array(galleryEntryRecordSchema), nextCursor: z.string().nullable() }),
);

/** Likes an entry or takes the like back, however often it is said. Errors: `not_found`. */
export const setLikeRpc = defineRpc(
  'rpc.storage.set-like',
  z.object({ userId: z.guid(), entryId: z.guid(), liked: z.boolean() }),
  z.object({ likes: z.int().nonnegative() }),
);

/** Newest first, after the comment `cursor`; the viewer's own that are pending are among them. Errors: `not_found`. */
export const listCommentsRpc = defineRpc(
  'rpc.storage.list-comments',
  z.object({
    entryId: z.guid(),
    viewerUserId,
    limit: z.int().min(1).max(100),
    cursor: z.guid().optional(),
  }),
  z.object({ comments: z.array(commentRecordSchema), nextCursor: z.string().nullable() }),
);

/** The same id again gives the same comment. Errors: `not_found`. */
export const addCommentRpc = defineRpc(
  'rpc.storage.add-comment',
  z.object({
    commentId: z.guid(),
    entryId: z.guid(),
    userId: z.guid(),
    text: z.string().min(1).max(COMMENT_MAX),
    needsApproval: z.boolean(),
  }),
  z.object({ comment: commentRecordSchema }),
);

/** By its author, the owner of the video, or an operator. Errors: `not_found`, also for anybody else. */
export const deleteCommentRpc = defineRpc(
  'rpc.storage.delete-comment',
  z.object({ commentId: z.guid(), userId: z.guid(), asOperator: z.boolean() }),
  z.object({ deleted: z.literal(true) }),
);

/** Puts it before the operators, once for each user. Errors: `not_found`. */
export const reportRpc = defineRpc(
  'rpc.storage.report',
  z.object({
    kind: z.enum(MODERATION_KINDS),
    id: z.guid(),
    reportId: z.guid(),
    userId: z.guid(),
    reason: z.string().min(1).max(REPORT_MAX),
  }),
  z.object({ reported: z.literal(true) }),
);

/** For operators only. Oldest first. Errors: `invalid_input` (field `cursor`). */
export const listModerationRpc = defineRpc(
  'rpc.storage.list-moderation',
  z.object({ ...page, kind: z.enum(MODERATION_KINDS), state: z.enum(MODERATION_STATES) }),
  z.object({ items: z.array(moderationItemSchema), nextCursor: z.string().nullable() }),
);

/** For operators only. Its open reports are answered by it. Errors: `not_found`; `conflict` where the owner has revoked the link meanwhile. */
export const moderateRpc = defineRpc(
  'rpc.storage.moderate',
  z.object({ kind: z.enum(MODERATION_KINDS), id: z.guid(), decision: z.enum(MODERATION_DECISIONS) }),
  z.object({ status: galleryStatusSchema }),
);
