import { z } from 'zod';
import { reasonSchema } from './admin-people';

const text = (max: number) => z.string().trim().min(1).max(max);
const limits = {
  title: text(100),
  description: z.string().max(1_000),
  concurrency: z.int().min(1).max(1_000).describe('Videos at a time for one user, over all providers.'),
  per_provider_concurrency: z.int().min(1).max(5),
  weight: z.number().min(1).max(8).multipleOf(0.01).describe('In the fair share between users.'),
  generations_per_hour: z.int().positive().nullable(),
  requests_per_second: z.int().min(1).max(10_000).nullable(),
  monthly_credits: z.int().min(0).max(1_000_000_000),
  upload_image_max_bytes: z.int().positive().nullable(),
  upload_video_max_bytes: z.int().positive().nullable(),
  upload_video_max_seconds: z.int().positive().max(86_400).nullable(),
  storage_quota_bytes: z.int().positive().nullable().describe('For all uploads of one user together.'),
  members_max: z.int().positive().max(100_000),
  retention_days: z
    .int()
    .min(1)
    .max(36_500)
    .nullable()
    .describe('Videos and uploads are removed when they are older; null: never.'),
};

export const adminPlanSchema = z
  .object({
    id: z.string(),
    ...limits,
    is_default: z.boolean(),
    retired_at: z.iso.datetime().nullable(),
    accounts: z.int().describe('How many have it, counted up to 10,000.'),
  })
  .meta({ id: 'AdminPlan' });
export type AdminPlan = z.infer<typeof adminPlanSchema>;
export const adminPlanListSchema = z.object({ data: z.array(adminPlanSchema) }).meta({ id: 'AdminPlanList' });

/** POST /api/v1/admin/plans */
export const createPlanSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9-]{1,40}$/, 'Use small letters, digits and hyphens.'),
    ...limits,
    description: limits.description.default(''),
    per_provider_concurrency: limits.per_provider_concurrency.default(3),
    weight: limits.weight.default(1),
    generations_per_hour: limits.generations_per_hour.default(null),
    requests_per_second: limits.requests_per_second.default(null),
    monthly_credits: limits.monthly_credits.default(0),
    upload_image_max_bytes: limits.upload_image_max_bytes.default(null),
    upload_video_max_bytes: limits.upload_video_max_bytes.default(null),
    upload_video_max_seconds: limits.upload_video_max_seconds.default(null),
    storage_quota_bytes: limits.storage_quota_bytes.default(null),
    members_max: limits.members_max.default(1),
    retention_days: limits.retention_days.default(null),
  })
  .meta({ id: 'CreatePlan' });
export type CreatePlan = z.infer<typeof createPlanSchema>;

/** PATCH /api/v1/admin/plans/{id} */
export const changePlanLimitsSchema = z
  .strictObject({
    ...z.object(limits).partial().shape,
    is_default: z.literal(true).optional().describe('New accounts get this one from now on.'),
    reason: reasonSchema,
  })
  .meta({ id: 'ChangePlanLimits' });
export type ChangePlanLimits = z.infer<typeof changePlanLimitsSchema>;
