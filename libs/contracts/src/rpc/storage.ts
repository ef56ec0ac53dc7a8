import { z } from 'zod';
import { defineRpc } from '../bus/rpc';
import { assetRecordSchema, describedAssetSchema } from '../asset/record';
import { renditionRecordSchema } from '../asset/rendition';
import { uploadLimitsSchema } from './uploads';

/**
 * The gateway has streamed a file to `objectKey`; storage looks at it (decodes pictures, probes videos) and makes it an
 * asset. Where the user has a living upload of the same content, that one is given, and it holds for this id too. Errors: `media_invalid`
 * (the caller removes the object), `payload_too_large`, `conflict` (quota). Asking again with the same id gives the same asset.
 */
export const registerUploadRpc = defineRpc(
  'rpc.storage.register-upload',
  z.object({
    assetId: z.string(),
    userId: z.string(),
    accountId: z.string(),
    kind: z.enum(['image', 'video']),
    objectKey: z.string(),
    contentType: z.string(),
    sizeBytes: z.int().positive(),
    sha256: z.string(),
    fileName: z.string().nullable(),
    /** A caller of an earlier release checks its limits itself. */
    limits: uploadLimitsSchema.optional(),
  }),
  z.object({ asset: assetRecordSchema }),
  30_000,
);

/**
 * The caller's own assets among those asked for, with links. Assets of others are left out, as if they were not there. Of those that are
 * past what the plan keeps only the time at which they were taken is told.
 */
export const describeAssetsRpc = defineRpc(
  'rpc.storage.describe-assets',
  z.object({
    userId: z.string(),
    assetIds: z.array(z.string()).min(1).max(100),
    expiresInSeconds: z.int().min(1).max(86_400),
  }),
  z.object({
    assets: z.array(describedAssetSchema),
    expired: z.array(z.object({ assetId: z.string(), expiredAt: z.iso.datetime() })).optional(),
  }),
);

/** What is shown of an asset beside what its job knows. */
export const mediaFactsSchema = z.object({
  assetId: z.string(),
  hasAudio: z.boolean().nullable(),
  hasPoster: z.boolean(),
  renditions: z.array(renditionRecordSchema),
  /** When the plan no longer keeps it; null: for ever. */
  expiresAt: z.iso.datetime().nullable(),
  /** When it was taken for that reason. */
  expiredAt: z.iso.datetime().nullable(),
});
export type MediaFacts = z.infer<typeof mediaFactsSchema>;

/** The same rule for whose they are; nothing is signed, so that a whole page of jobs may be asked for with every look at it. */
export const mediaFactsRpc = defineRpc(
  'rpc.storage.media-facts',
  z.object({ userId: z.string(), assetIds: z.array(z.string()).min(1).max(100) }),
  z.object({ facts: z.array(mediaFactsSchema) }),
  1_000,
);
