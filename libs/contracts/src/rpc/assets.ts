import { z } from 'zod';
import { assetRecordSchema } from '../asset/record';
import { defineRpc } from '../bus/rpc';

/** An asset as its owner is told of it. */
export const ownAssetSchema = assetRecordSchema.extend({
  /** Of a generated video: the job that made it. */
  jobId: z.string().nullable(),
  /** When the plan no longer keeps it; null: for ever. */
  expiresAt: z.iso.datetime().nullable(),
});
export type OwnAsset = z.infer<typeof ownAssetSchema>;

/** The user's living assets, newest first. What is past what the plan keeps is left out. Error: `invalid_input` for a cursor that is none. */
export const listAssetsRpc = defineRpc(
  'rpc.storage.list-assets',
  z.object({
    userId: z.string(),
    limit: z.int().min(1).max(100),
    cursor: z.string().optional(),
    kind: assetRecordSchema.shape.kind.optional(),
    origin: assetRecordSchema.shape.origin.optional(),
    contentType: z.string().optional(),
  }),
  z.object({ assets: z.array(ownAssetSchema), nextCursor: z.string().nullable() }),
);

/** Null where it is not there, deleted or another's. Of one that is past what the plan keeps only that is told. */
export const getAssetRpc = defineRpc(
  'rpc.storage.get-asset',
  z.object({ userId: z.string(), assetId: z.string() }),
  z.object({ asset: ownAssetSchema.nullable(), expiredAt: z.iso.datetime().nullable() }),
);

/**
 * Deletes an upload of the user's, whatever uploads brought it; its bytes are out of the quota at once. Errors: `not_found`; `conflict` with
 * `reason: asset_in_use` and `job_ids` where jobs that have not ended need it, and with `reason: made_by_job` and `job_id` for the video
 * of a job, which goes with its job; `unavailable` where nobody can say what is in use.
 */
export const deleteAssetRpc = defineRpc(
  'rpc.storage.delete-asset',
  z.object({ userId: z.string(), assetId: z.string() }),
  z.object({ deleted: z.literal(true) }),
);
