import { z } from 'zod';
import { aspectRatioSchema, modelIdSchema } from '../catalogue/vocabulary';

/** What a user likes to be filled in at a provider. All may be left out. */
export const providerSettingsSchema = z.strictObject({
  model: modelIdSchema.optional().describe('Taken where a request names the provider and no model.'),
  size: z
    .string()
    .regex(/^\d{3,4}P$/i, 'Give a class such as 720P.')
    .optional(),
  aspect_ratio: aspectRatioSchema.optional(),
  variants: z.int().min(1).max(5).optional().describe('Videos per shot.'),
  max_concurrent: z.int().min(1).max(5).optional().describe('Videos at a time under your own key.'),
  poll_interval: z
    .int()
    .min(5)
    .max(600)
    .optional()
    .describe(
      'The vendor is asked about your videos under your own key no sooner than this many seconds after the last time. Its own shortest wait holds besides.',
    ),
});
export type ProviderSettings = z.infer<typeof providerSettingsSchema>;

const secretFieldsSchema = z
  .record(z.string().min(1).max(60), z.string().min(1).max(8_000))
  .refine((fields) => Object.keys(fields).length > 0, 'Give at least one field.')
  .refine((fields) => Object.keys(fields).length <= 20, 'Give at most 20 fields.')
  .describe(
    'As the provider names them, for example apiKey. A value as it was shown keeps the secret that is there.',
  );

/** PUT /api/v1/providers/{id}/config. What is left out stays as it is. */
export const saveProviderConfigSchema = z
  .strictObject({
    fields: secretFieldsSchema.optional(),
    base_url: z
      .url()
      .max(500)
      .nullable()
      .optional()
      .describe("Instead of the provider's own; one that the operator has allowed."),
    enabled: z.boolean().optional().describe('A key that is off is not used, and new jobs cost credits.'),
    settings: providerSettingsSchema.optional().describe('Replaces all of them.'),
  })
  .meta({ id: 'SaveProviderConfig' });
export type SaveProviderConfig = z.infer<typeof saveProviderConfigSchema>;

/** The caller's own key and settings at a provider. No answer has a secret in it. */
export const providerConfigSchema = z
  .object({
    provider: z.string(),
    own_key: z
      .object({
        fields: z.record(z.string(), z.string()).describe('Masked: `sk-****x4KR`.'),
        base_url: z.string().nullable(),
        enabled: z.boolean(),
        updated_at: z.iso.datetime(),
      })
      .nullable(),
    settings: providerSettingsSchema,
    own_keys_allowed: z.boolean(),
    allowed_base_urls: z.array(z.string()),
    own_key_fee_credits: z.int().describe('What a video costs that runs on your own key.'),
  })
  .meta({ id: 'ProviderConfig' });
export type ProviderConfig = z.infer<typeof providerConfigSchema>;

/** POST .../test-connection: what was tried, in words. */
export const connectionReportSchema = z
  .object({
    ok: z.boolean(),
    checks: z.array(z.object({ what: z.string(), ok: z.boolean(), detail: z.string() })),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: 'ConnectionReport' });
export type ConnectionReportResource = z.infer<typeof connectionReportSchema>;

/** GET .../balance: amounts are decimal strings in the vendor's own units. */
export const balanceResourceSchema = z
  .object({
    lines: z.array(
      z.object({
        name: z.string(),
        remaining: z.string(),
        total: z.string().nullable(),
        unit: z.string(),
        usable: z.boolean(),
        expires_at: z.iso.datetime().nullable(),
      }),
    ),
    note: z.string().nullable(),
  })
  .meta({ id: 'Balance' });
export type BalanceResource = z.infer<typeof balanceResourceSchema>;

/** GET /api/v1/providers */
export const providerResourceSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['lease', 'poll']),
    state: z.enum(['on', 'off', 'paused']),
    reason: z.string().nullable().describe('Why it is off or paused, or why jobs wait.'),
    queued: z.int(),
    oldest_queued_seconds: z.number(),
    in_flight: z.int(),
    error_rate: z
      .number()
      .nullable()
      .describe('Share of attempts that failed in about the last quarter of an hour.'),
    breaker: z
      .enum(['closed', 'open', 'part'])
      .describe('`part`: some keys are not used since the vendor failed.'),
    own_key: z.boolean().describe('Whether you have a key of your own that is on.'),
  })
  .meta({ id: 'Provider' });
export type ProviderResource = z.infer<typeof providerResourceSchema>;
export const providerListSchema = z
  .object({ data: z.array(providerResourceSchema) })
  .meta({ id: 'ProviderList' });
