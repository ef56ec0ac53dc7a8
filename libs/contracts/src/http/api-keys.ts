import { z } from 'zod';
import { SCOPES } from '../rpc/identity';

const ROTATION_SECONDS = 7 * 86_400;

/** POST /api/v1/api-keys */
export const createApiKeySchema = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters'),
    scopes: z
      .array(z.enum(SCOPES))
      .min(1)
      .max(SCOPES.length)
      .default(['generate', 'read'])
      .describe('Never more than the credential has that asks.'),
    expires_at: z.iso.datetime().optional().describe('In the future; a key without it does not expire.'),
    monthly_credit_limit: z
      .int()
      .nonnegative()
      .max(1_000_000_000)
      .optional()
      .describe('Credits that may be spent with it in a calendar month (UTC), its rotations included.'),
  })
  .meta({ id: 'CreateApiKey' });
export type CreateApiKey = z.infer<typeof createApiKeySchema>;

/** POST /api/v1/api-keys/{id}/rotate */
export const rotateApiKeySchema = z
  .strictObject({
    overlap_seconds: z
      .int()
      .min(0)
      .max(ROTATION_SECONDS)
      .default(0)
      .describe('How long the old key still works; 0: it ends at once.'),
  })
  .meta({ id: 'RotateApiKey' });
export type RotateApiKey = z.infer<typeof rotateApiKeySchema>;

/** A key without its secret. */
export const apiKeyResourceSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string().describe('The first part of the key, to know it by.'),
    scopes: z.array(z.enum(SCOPES)),
    monthly_credit_limit: z.int().nullable(),
    rotated_from: z.string().nullable(),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable().describe('To the minute.'),
    expires_at: z.iso.datetime().nullable(),
    revoked_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKeyResource = z.infer<typeof apiKeyResourceSchema>;

/** `key` is shown in this one answer and kept nowhere; a repeated request with the same Idempotency-Key gets none. */
export const createdApiKeySchema = apiKeyResourceSchema
  .extend({ key: z.string().optional() })
  .meta({ id: 'CreatedApiKey' });
export type CreatedApiKey = z.infer<typeof createdApiKeySchema>;

/** GET /api/v1/api-keys: newest first. */
export const apiKeyListQuerySchema = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(50),
    cursor: z.string().max(100).optional(),
  })
  .meta({ id: 'ApiKeyListQuery' });
export type ApiKeyListQuery = z.infer<typeof apiKeyListQuerySchema>;

export const apiKeyPageSchema = z
  .object({ data: z.array(apiKeyResourceSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'ApiKeyPage' });
export type ApiKeyPage = z.infer<typeof apiKeyPageSchema>;
