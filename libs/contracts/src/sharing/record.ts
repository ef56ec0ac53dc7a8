import { z } from 'zod';

/** What became of a video or a comment that somebody put into the gallery. Only `published` is seen by others. */
export const GALLERY_STATUSES = ['pending', 'published', 'rejected', 'removed'] as const;
export const galleryStatusSchema = z.enum(GALLERY_STATUSES);
export type GalleryStatus = z.infer<typeof galleryStatusSchema>;

/** What an operator decides. `reject` keeps it out of the gallery; `take_down` closes the link of a video too. */
export const MODERATION_DECISIONS = ['approve', 'reject', 'take_down'] as const;
export type ModerationDecision = (typeof MODERATION_DECISIONS)[number];

export const GALLERY_SORTS = ['new', 'top'] as const;
export const MODERATION_KINDS = ['entry', 'comment'] as const;
/** `open`: waits for approval, or was reported. */
export const MODERATION_STATES = ['open', 'rejected', 'removed'] as const;

/** The most that a title, a comment and a report may hold. Characters. */
export const TITLE_MAX = 120;
export const COMMENT_MAX = 1_000;
export const REPORT_MAX = 500;

/** 256 random bits in base64url. Whoever has it may watch. */
export const shareTokenSchema = z.string().regex(/^[\w-]{43}$/);

/** A link to a finished video, as its owner sees it. */
export const shareRecordSchema = z.object({
  shareId: z.string(),
  jobId: z.string(),
  token: shareTokenSchema,
  title: z.string().nullable(),
  /** Null: the owner did not choose to show it. */
  prompt: z.string().nullable(),
  model: z.string(),
  allowDownload: z.boolean(),
  /** Null: until it is revoked. */
  expiresAt: z.iso.datetime().nullable(),
  /** An operator took it down: it opens for nobody. */
  blocked: z.boolean(),
  createdAt: z.iso.datetime(),
  /** Null where it is not in the gallery. */
  gallery: galleryStatusSchema.nullable(),
});
export type ShareRecord = z.infer<typeof shareRecordSchema>;

/** A shared video, as whoever has the link sees it. Pixels and seconds. */
const sharedVideo = {
  title: z.string().nullable(),
  prompt: z.string().nullable(),
  model: z.string(),
  /** What made it, in words that a viewer sees. */
  label: z.string().nullable(),
  width: z.int().positive(),
  height: z.int().positive(),
  durationSeconds: z.number().positive(),
};

export const openedShareSchema = z.object({
  ...sharedVideo,
  contentType: z.string(),
  createdAt: z.iso.datetime(),
  /** Whether everybody who sees the gallery sees it there. */
  inGallery: z.boolean(),
  /** Links that work for the asked time, and never longer than the share. */
  videoUrl: z.string(),
  /** Null where the owner allows no download. */
  downloadUrl: z.string().nullable(),
  posterUrl: z.string().nullable(),
});
export type OpenedShare = z.infer<typeof openedShareSchema>;

/** A video in the gallery, as the viewer sees it. */
export const galleryEntryRecordSchema = z.object({
  ...sharedVideo,
  entryId: z.string(),
  token: shareTokenSchema,
  ownerUserId: z.string(),
  hasPoster: z.boolean(),
  likes: z.int().nonnegative(),
  comments: z.int().nonnegative(),
  likedByViewer: z.boolean(),
  publishedAt: z.iso.datetime(),
});
export type GalleryEntryRecord = z.infer<typeof galleryEntryRecordSchema>;

export const commentRecordSchema = z.object({
  commentId: z.string(),
  entryId: z.string(),
  authorUserId: z.string(),
  text: z.string(),
  /** One that is pending is seen by its author alone. */
  status: galleryStatusSchema,
  /** Of the video that it is about: they may delete it too. */
  entryOwnerUserId: z.string(),
  createdAt: z.iso.datetime(),
});
export type CommentRecord = z.infer<typeof commentRecordSchema>;

/** Something that an operator has to judge, or has judged. */
export const moderationItemSchema = z.object({
  kind: z.enum(MODERATION_KINDS),
  id: z.string(),
  /** Of a comment: the entry that it is about; of an entry: itself. */
  entryId: z.string(),
  status: galleryStatusSchema,
  authorUserId: z.string(),
  /** The title of an entry, the text of a comment. */
  text: z.string().nullable(),
  prompt: z.string().nullable(),
  model: z.string(),
  /** Null where the link does not open. */
  token: shareTokenSchema.nullable(),
  openReports: z.int().nonnegative(),
  /** Of the newest reports that nobody has looked at, at most five. */
  reasons: z.array(z.string()),
  createdAt: z.iso.datetime(),
});
export type ModerationItem = z.infer<typeof moderationItemSchema>;
