import { z } from 'zod';
import { defineRpc } from '../bus/rpc';
import { openedShareSchema, shareRecordSchema, shareTokenSchema, TITLE_MAX } from '../sharing/record';

const owned = { userId: z.guid(), jobId: z.guid() };

/**
 * Makes a link to the video of a finished job, or changes the one that lives: what is left out stays as it was. A link that was revoked or
 * has expired is not brought back: the new one has another token. Errors: `not_found` where the video was deleted or is not the user's,
 * `forbidden` where an operator took it down, `conflict` where an operator declined it for the gallery.
 */
export const shareJobRpc = defineRpc(
  'rpc.storage.share-job',
  z.object({
    ...owned,
    /** The id of a share that is new; the one of a job stays the same. */
    shareId: z.guid(),
    assetId: z.guid(),
    accountId: z.guid(),
    model: z.string(),
    title: z.string().max(TITLE_MAX).nullable().optional(),
    /** Null hides it. */
    prompt: z.string().nullable().optional(),
    allowDownload: z.boolean().optional(),
    /** Null: until it is revoked. */
    expiresAt: z.iso.datetime().nullable().optional(),
    inGallery: z.boolean().optional(),
    /** Whether what is new in the gallery waits for an operator. */
    needsApproval: z.boolean(),
  }),
  z.object({ share: shareRecordSchema, created: z.boolean() }),
);

/** Null where the job is not shared, or is somebody else's. */
export const getShareRpc = defineRpc(
  'rpc.storage.get-share',
  z.object(owned),
  z.object({ share: shareRecordSchema.nullable() }),
);

/** The user's links that were not revoked, newest first, after the share `cursor`. */
export const listSharesRpc = defineRpc(
  'rpc.storage.list-shares',
  z.object({ userId: z.guid(), limit: z.int().min(1).max(100), cursor: z.guid().optional() }),
  z.object({ shares: z.array(shareRecordSchema), nextCursor: z.string().nullable() }),
);

/** The link opens for nobody from now on, and its likes and comments are gone. Errors: `not_found`; `conflict` where an operator took it down. */
export const revokeShareRpc = defineRpc(
  'rpc.storage.revoke-share',
  z.object(owned),
  z.object({ revoked: z.literal(true) }),
);

/** What a link opens. Null where it is unknown, revoked, expired or taken down: nobody can tell these apart. */
export const openShareRpc = defineRpc(
  'rpc.storage.open-share',
  z.object({ token: shareTokenSchema, expiresInSeconds: z.int().min(1).max(86_400) }),
  z.object({ share: openedShareSchema.nullable() }),
);
