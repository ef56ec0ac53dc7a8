import { z } from 'zod';
import { defineRpc } from '../bus/rpc';
import { assetRecordSchema, describedAssetSchema } from '../asset/record';
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

/** The caller's own assets among those asked for, with links. Assets of others are left out, as if they were not there. */
export const describeAssetsRpc = defineRpc(
  'rpc.storage.describe-assets',
  z.object({
    userId: z.string(),
    assetIds: z.array(z.string()).min(1).max(100),
    expiresInSeconds: z.int().min(1).max(86_400),
  }),
  z.object({ assets: z.array(describedAssetSchema) }),
);
