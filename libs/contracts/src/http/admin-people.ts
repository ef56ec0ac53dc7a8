import { z } from 'zod';
import { PLATFORM_ROLES } from '../rpc/identity';

/** A page of a list: at most 100 rows, and the cursor of the page after it. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(200).optional(),
};
export const reasonSchema = z.string().trim().min(3).max(500).describe('Kept in the audit log.');
/** A body that only says why. */
export const becauseSchema = z.strictObject({ reason: reasonSchema }).meta({ id: 'Because' });
export type Because = z.infer<typeof becauseSchema>;

export const adminUserListQuerySchema = z
  .object({
    ...pageQuery,
    query: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .optional()
      .describe('The beginning of an address or a part of a name.'),
    role: z.enum(PLATFORM_ROLES).optional(),
    disabled: z.stringbool().optional(),
  })
  .meta({ id: 'AdminUserListQuery' });
export type AdminUserListQuery = z.infer<typeof adminUserListQuerySchema>;

export const adminUserSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    display_name: z.string(),
    role: z.enum(PLATFORM_ROLES),
    account_id: z.string().describe('The account that the user works in.'),
    email_verified_at: z.iso.datetime().nullable(),
    disabled_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'AdminUser' });
export type AdminUser = z.infer<typeof adminUserSchema>;
export const adminUserPageSchema = z
  .object({ data: z.array(adminUserSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'AdminUserPage' });

export const adminUserDetailSchema = adminUserSchema
  .extend({
    accounts: z.array(z.object({ id: z.string(), name: z.string(), kind: z.string(), role: z.string() })),
    api_keys: z.int().describe('Keys that are not revoked.'),
    own_keys: z.array(z.string()).describe('Providers where the user has a key of their own.'),
  })
  .meta({ id: 'AdminUserDetail' });
export type AdminUserDetail = z.infer<typeof adminUserDetailSchema>;

/** PUT /api/v1/admin/users/{id}/role */
export const changeRoleSchema = z
  .strictObject({ role: z.enum(PLATFORM_ROLES), reason: reasonSchema })
  .meta({ id: 'ChangeRole' });
export type ChangeRole = z.infer<typeof changeRoleSchema>;

export const adminAccountListQuerySchema = z
  .object({
    ...pageQuery,
    query: z.string().trim().min(1).max(100).optional().describe('A part of the name.'),
    plan_id: z.string().max(40).optional(),
    kind: z.enum(['personal', 'organisation']).optional(),
    disabled: z.stringbool().optional(),
  })
  .meta({ id: 'AdminAccountListQuery' });
export type AdminAccountListQuery = z.infer<typeof adminAccountListQuerySchema>;

export const adminAccountSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['personal', 'organisation']),
    plan_id: z.string(),
    disabled_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'AdminAccount' });
export type AdminAccount = z.infer<typeof adminAccountSchema>;
export const adminAccountPageSchema = z
  .object({ data: z.array(adminAccountSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'AdminAccountPage' });

export const adminAccountDetailSchema = adminAccountSchema
  .extend({
    credits: z.object({ available: z.int(), held: z.int() }),
    members: z
      .array(z.object({ user_id: z.string(), email: z.string(), role: z.string() }))
      .describe('The first 100.'),
    transactions: z
      .array(
        z.object({
          id: z.string(),
          kind: z.string(),
          amount: z.number(),
          reference: z.string(),
          reason: z.string().nullable(),
          at: z.iso.datetime(),
        }),
      )
      .describe('The last 20.'),
  })
  .meta({ id: 'AdminAccountDetail' });
export type AdminAccountDetail = z.infer<typeof adminAccountDetailSchema>;

export const changePlanSchema = z
  .strictObject({ plan_id: z.string().max(40), reason: reasonSchema })
  .meta({ id: 'ChangePlan' });
export type ChangePlan = z.infer<typeof changePlanSchema>;

/** POST /api/v1/admin/accounts/{id}/credits, with an Idempotency-Key. */
export const changeCreditsSchema = z
  .strictObject({
    amount: z
      .int()
      .min(-1_000_000_000)
      .max(1_000_000_000)
      .refine((amount) => amount !== 0, 'Give an amount other than nothing.')
      .describe(
        'Credits: more than nothing gives, less takes. What is not there to be taken stays as a debt.',
      ),
    reason: reasonSchema,
    expires_at: z.iso.datetime().optional().describe('For what is given; without it, it stays.'),
  })
  .refine(({ amount, expires_at: at }) => amount > 0 || at === undefined, {
    path: ['expires_at'],
    message: 'What is taken does not expire: leave it out.',
  })
  .meta({ id: 'ChangeCredits' });
export type ChangeCredits = z.infer<typeof changeCreditsSchema>;

/** POST /api/v1/admin/jobs/{id}/refund */
export const refundJobSchema = z
  .strictObject({
    credits: z.int().positive().optional().describe('All that was charged unless given.'),
    reason: reasonSchema,
  })
  .meta({ id: 'RefundJob' });
export type RefundJob = z.infer<typeof refundJobSchema>;

export const changedCreditsSchema = z
  .object({
    account_id: z.string(),
    amount: z.int(),
    credits: z.object({ available: z.int(), held: z.int() }),
  })
  .meta({ id: 'ChangedCredits' });
export type ChangedCredits = z.infer<typeof changedCreditsSchema>;
