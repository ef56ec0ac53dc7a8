import { z } from 'zod';
import { spriteGeometrySchema } from './shown-media';
import { modelSpecSchema } from '../catalogue/model';
import { PLATFORM_ROLES, principalSchema } from '../rpc/identity';

/** POST /api/v1/upload answers this. */
export const uploadResourceSchema = z
  .object({
    asset_id: z.string(),
    file_url: z.string().describe('Give it as `file_url` to a generate route, or open it with your key.'),
    kind: z.enum(['image', 'video']),
    content_type: z.string(),
    size_bytes: z.int(),
    sha256: z.string(),
    width: z.int(),
    height: z.int(),
    duration_seconds: z.number().nullable(),
    file_name: z.string().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Upload' });
export type UploadResource = z.infer<typeof uploadResourceSchema>;

/** GET /api/v1/models: what a model can do, and whether it is on here. */
export const modelResourceSchema = modelSpecSchema
  .extend({ enabled: z.boolean(), reason: z.string().nullable().describe('Why it is not enabled.') })
  .meta({ id: 'Model' });
export type ModelResource = z.infer<typeof modelResourceSchema>;
export const modelListSchema = z.object({ data: z.array(modelResourceSchema) }).meta({ id: 'ModelList' });

export const stylePresetListSchema = z
  .object({
    data: z.array(
      z.object({
        id: z.string(),
        title: z.object({ en: z.string(), zh: z.string() }),
        positive: z.string(),
        negative: z.string(),
      }),
    ),
  })
  .meta({ id: 'StylePresetList' });

export const creditsResourceSchema = z.object({ available: z.int(), held: z.int() }).meta({ id: 'Credits' });
export type CreditsResource = z.infer<typeof creditsResourceSchema>;

/** GET /api/v1/me */
export const meResourceSchema = z
  .object({
    user_id: z.string(),
    account_id: z.string(),
    scopes: principalSchema.shape.scopes,
    role: z.enum(PLATFORM_ROLES),
    method: z.enum(['api_key', 'session', 'ticket']).describe('How you proved who you are.'),
    plan_id: z.string().nullable(),
    display_name: z.string().nullable(),
    email: z.string().nullable(),
    email_verified: z.boolean(),
    credits: creditsResourceSchema,
  })
  .meta({ id: 'Me' });
export type MeResource = z.infer<typeof meResourceSchema>;

/** POST /api/v1/tickets: good once, for a minute, in the `ticket` parameter of a WebSocket or media address. */
export const ticketResourceSchema = z
  .object({ ticket: z.string(), expires_at: z.iso.datetime() })
  .meta({ id: 'Ticket' });

/** GET /api/v1/health */
export const healthResourceSchema = z
  .object({
    status: z.enum(['ok', 'degraded']),
    version: z.string(),
    providers: z.array(z.string()),
    checks: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Health' });

/** GET /api/v1/jobs/{id}/video: the original, or the smaller copy that the operator may have made. */
export const jobVideoQuerySchema = z.strictObject({
  quality: z.enum(['original', 'compressed']).default('original'),
});
export type JobVideoQuery = z.infer<typeof jobVideoQuerySchema>;

/** GET /api/v1/jobs/{id}/links: links for a player, which cannot send a key. They last an hour. */
export const jobLinksSchema = z
  .object({
    video_url: z.string(),
    download_url: z.string(),
    poster_url: z.string().nullable(),
    preview_url: z.string().nullable().optional(),
    compressed_url: z.string().nullable().optional(),
    spritesheet: spriteGeometrySchema.extend({ url: z.string() }).nullable().optional(),
    expires_at: z.iso.datetime(),
  })
  .meta({ id: 'JobLinks' });
export type JobLinks = z.infer<typeof jobLinksSchema>;
