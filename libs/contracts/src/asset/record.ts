import { z } from 'zod';
import { renditionRecordSchema } from './rendition';

/** A stored picture or video as storage gives it to other services. Lengths in seconds, sizes in bytes and pixels. */
export const assetRecordSchema = z.object({
  assetId: z.string(),
  accountId: z.string(),
  ownerUserId: z.string(),
  kind: z.enum(['image', 'video']),
  origin: z.enum(['upload', 'generated']),
  objectKey: z.string(),
  contentType: z.string(),
  sizeBytes: z.int().nonnegative(),
  sha256: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  durationSeconds: z.number().positive().nullable(),
  fps: z.number().positive().nullable(),
  videoCodec: z.string().nullable(),
  /** Null for a picture, and for a video of before this was noted. */
  hasAudio: z.boolean().nullable().optional(),
  /** Base name given at upload, for people; never a path. */
  fileName: z.string().nullable(),
  posterKey: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type AssetRecord = z.infer<typeof assetRecordSchema>;

/** An asset with links that work for the asked time. */
export const describedAssetSchema = assetRecordSchema.extend({
  url: z.string(),
  downloadUrl: z.string(),
  posterUrl: z.string().nullable(),
  /** What has been made of it by now, but its poster. */
  renditions: z.array(renditionRecordSchema.extend({ url: z.string() })).optional(),
  urlsExpireAt: z.iso.datetime(),
});
export type DescribedAsset = z.infer<typeof describedAssetSchema>;
