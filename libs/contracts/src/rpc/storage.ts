import { z } from 'zod';
import { defineRpc } from '../bus/rpc';
import { assetRecordSchema, describedAssetSchema } from '../asset/record';

/**
 * The gateway has streamed a file to `objectKey`; storage looks at it (decodes pictures, probes videos) and makes it an
 * asset. Errors: `media_invalid` (the caller removes the object). Asking again with the same id gives the same asset.
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
