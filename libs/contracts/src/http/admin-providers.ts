import { z } from 'zod';
import { SPEND_KEYS } from '../rpc/providers';
import { reasonSchema } from './admin-people';
import { providerResourceSchema } from './provider-config';

const dollars = z.number().min(0).max(1_000_000_000).multipleOf(0.01);
const limits = {
  concurrency: z.int().nonnegative().nullable().describe('Videos at a time; null: what the catalogue says.'),
  user_concurrency: z.int().min(1).max(100).nullable(),
  requests_per_minute: z.number().positive().nullable().describe('Calls under one key; goes with the burst.'),
  requests_burst: z.int().positive().nullable(),
  creates_per_minute: z
    .int()
    .positive()
    .nullable()
    .describe('Videos ordered under one key in any minute; null: what the catalogue says.'),
};

export const providerLimitsSchema = z
  .object({ ...limits, models: z.record(z.string(), z.int().nonnegative()) })
  .meta({ id: 'ProviderLimits' });
export type ProviderLimitsResource = z.infer<typeof providerLimitsSchema>;

/** PUT /api/v1/admin/providers/{id}/limits: what is left out stays; null takes a limit away. */
export const setLimitsSchema = z
  .strictObject({
    ...z.object(limits).partial().shape,
    models: z.record(z.string().max(120), z.int().nonnegative().nullable()).optional(),
    reason: reasonSchema,
  })
  .meta({ id: 'SetProviderLimits' });
export type SetLimits = z.infer<typeof setLimitsSchema>;

export const adminProviderSchema = providerResourceSchema
  .omit({ own_key: true })
  .extend({
    limits: providerLimitsSchema,
    breakers: z.array(
      z.object({
        credential_id: z.string(),
        state: z.string(),
        reason: z.string().nullable(),
        retry_at: z.iso.datetime().nullable(),
      }),
    ),
  })
  .meta({ id: 'AdminProvider' });
export type AdminProvider = z.infer<typeof adminProviderSchema>;
export const adminProviderListSchema = z
  .object({ data: z.array(adminProviderSchema) })
  .meta({ id: 'AdminProviderList' });

const caps = {
  day_usd: dollars.nullable().describe('A hard cap of a UTC day, in US dollars; null: none.'),
  month_usd: dollars.nullable(),
  alert_percents: z
    .array(z.int().min(1).max(1_000))
    .max(10)
    .describe('Per cent of a cap at which a mail is sent.'),
  low_balance: z.number().min(0).nullable().describe("Below this, in the vendor's units, a mail is sent."),
};
const fields = z
  .record(z.string().min(1).max(60), z.string().min(1).max(8_000))
  .refine((given) => Object.keys(given).length > 0, 'Give at least one field.')
  .refine((given) => Object.keys(given).length <= 20, 'Give at most 20 fields.')
  .describe('As the provider names them. A value as it was shown keeps the secret that is there.');
const about = {
  base_url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable(),
  enabled: z.boolean(),
  concurrency: z.int().positive().nullable(),
  caps: z.strictObject(caps).partial(),
};

/** POST /api/v1/admin/providers/{id}/credentials */
export const createCredentialSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    fields,
    ...z.object(about).partial().shape,
    reason: reasonSchema,
  })
  .meta({ id: 'CreateCredential' });
export type CreateCredential = z.infer<typeof createCredentialSchema>;

/** PUT /api/v1/admin/providers/{id}/credentials/{credential_id}: other secrets are a new version; what runs keeps its own. */
export const changeCredentialSchema = z
  .strictObject({ fields: fields.optional(), ...z.object(about).partial().shape, reason: reasonSchema })
  .meta({ id: 'ChangeCredential' });
export type ChangeCredential = z.infer<typeof changeCredentialSchema>;

export const adminCredentialSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    version: z.int(),
    fields: z
      .record(z.string(), z.string())
      .describe('Masked; empty where the key that sealed them is not configured.'),
    base_url: z.string().nullable(),
    enabled: z.boolean(),
    concurrency: z.int().nullable(),
    caps: z.object(caps),
    spent: z.object({ day_usd: z.number(), month_usd: z.number() }),
    paused: z
      .object({ reason: z.string(), until: z.iso.datetime() })
      .nullable()
      .describe('A cap was reached.'),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'AdminCredential' });
export type AdminCredential = z.infer<typeof adminCredentialSchema>;
export const adminCredentialListSchema = z
  .object({ data: z.array(adminCredentialSchema) })
  .meta({ id: 'AdminCredentialList' });

/** GET /api/v1/admin/spend; the last 30 days unless given. */
export const spendQuerySchema = z
  .object({
    by: z.enum(SPEND_KEYS).default('day'),
    from: z.iso.date().optional(),
    to: z.iso.date().optional(),
    provider: z.string().max(60).optional(),
  })
  .meta({ id: 'SpendQuery' });
export type SpendQuery = z.infer<typeof spendQuerySchema>;

export const spendResourceSchema = z
  .object({
    from: z.iso.date(),
    to: z.iso.date(),
    total_usd: z.number(),
    data: z.array(
      z.object({
        key: z.string().describe('A provider, model, day, or the id of a credential.'),
        name: z.string().nullable().describe("A credential's name; null for a user's own key."),
        usd: z.number(),
        attempts: z.int(),
        delivered: z.int(),
      }),
    ),
  })
  .meta({ id: 'Spend' });
export type SpendResource = z.infer<typeof spendResourceSchema>;
