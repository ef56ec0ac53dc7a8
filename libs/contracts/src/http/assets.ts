import { z } from 'zod';
import { assetRecordSchema } from '../asset/record';
import { uploadResourceSchema } from './resources';
import { UPLOAD_CONTENT_TYPES } from './uploads';

const { kind, origin } = assetRecordSchema.shape;

/** GET /api/v1/assets */
export const assetListQuerySchema = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.string().max(500).optional(),
    kind: kind.optional(),
    origin: origin.optional().describe('`upload`: what you brought; `generated`: what jobs made.'),
    content_type: z.enum(UPLOAD_CONTENT_TYPES).optional(),
  })
  .meta({ id: 'AssetListQuery' });
export type AssetListQuery = z.infer<typeof assetListQuerySchema>;

/** GET /api/v1/assets/{id}: what an upload is, and where it comes from. */
export const assetResourceSchema = uploadResourceSchema
  .extend({
    origin,
    job_id: z.string().nullable().describe('The job that made it; it goes with that job.'),
    fps: z.number().nullable(),
    has_audio: z.boolean().nullable().describe('Null for a picture, and where it was never looked at.'),
    expires_at: z.iso.datetime().nullable().describe('When your plan no longer keeps it; null: for ever.'),
  })
  .meta({ id: 'Asset' });
export type AssetResource = z.infer<typeof assetResourceSchema>;

export const assetPageSchema = z
  .object({ data: z.array(assetResourceSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'AssetPage' });
export type AssetPage = z.infer<typeof assetPageSchema>;
