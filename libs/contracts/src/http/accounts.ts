import { z } from 'zod';

const MEMBER_ROLES = ['owner', 'admin', 'member'] as const;
const name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters');
const credits = z.int().nonnegative().max(1_000_000_000);

/** An account pays. A person has one of their own, and may be a member of organisations, which are accounts of several. */
export const accountResourceSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['personal', 'organisation']),
    plan: z.string(),
    role: z.enum(MEMBER_ROLES).describe('Yours in it.'),
    active: z.boolean().describe('Whether it pays for what you do when you are signed in.'),
    monthly_credit_limit: z.int().nullable().describe('Yours in it, for a calendar month (UTC).'),
    low_balance_alert_credits: z
      .int()
      .nullable()
      .describe('Owners and admins get a mail when what can be spent falls below.'),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Account' });
export type AccountResource = z.infer<typeof accountResourceSchema>;

/** Lists of accounts, members and invitations: oldest first. */
export const accountListQuerySchema = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(50),
    cursor: z.string().max(100).optional(),
  })
  .meta({ id: 'AccountListQuery' });
export type AccountListQuery = z.infer<typeof accountListQuerySchema>;

const pageOf = <T extends z.ZodType>(schema: T, id: string) =>
  z.object({ data: z.array(schema), next_cursor: z.string().nullable() }).meta({ id });
export const accountPageSchema = pageOf(accountResourceSchema, 'AccountPage');
export type AccountPage = z.infer<typeof accountPageSchema>;

/** POST /api/v1/accounts: an organisation, which the caller owns. */
export const createAccountSchema = z.strictObject({ name }).meta({ id: 'CreateAccount' });
export type CreateAccount = z.infer<typeof createAccountSchema>;

/** PATCH /api/v1/accounts/{id} */
export const changeAccountSchema = z
  .strictObject({
    name: name.optional(),
    low_balance_alert_credits: credits.positive().nullable().optional().describe('null: no mail.'),
  })
  .meta({ id: 'ChangeAccount' });
export type ChangeAccount = z.infer<typeof changeAccountSchema>;

export const memberResourceSchema = z
  .object({
    user_id: z.string(),
    email: z.string(),
    display_name: z.string(),
    role: z.enum(MEMBER_ROLES),
    monthly_credit_limit: z.int().nullable(),
    joined_at: z.iso.datetime(),
  })
  .meta({ id: 'Member' });
export type MemberResource = z.infer<typeof memberResourceSchema>;
export const memberPageSchema = pageOf(memberResourceSchema, 'MemberPage');
export type MemberPage = z.infer<typeof memberPageSchema>;

/** PATCH /api/v1/accounts/{id}/members/{userId} */
export const changeMemberSchema = z
  .strictObject({
    role: z.enum(MEMBER_ROLES).optional(),
    monthly_credit_limit: credits.nullable().optional().describe('null: as much as there is.'),
  })
  .meta({ id: 'ChangeMember' });
export type ChangeMember = z.infer<typeof changeMemberSchema>;

/** POST /api/v1/accounts/{id}/invitations */
export const createInvitationSchema = z
  .strictObject({
    email: z.email().max(320),
    role: z.enum(MEMBER_ROLES).default('member'),
    monthly_credit_limit: credits.nullable().optional(),
  })
  .meta({ id: 'CreateInvitation' });
export type CreateInvitation = z.infer<typeof createInvitationSchema>;

export const invitationResourceSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    role: z.enum(MEMBER_ROLES),
    monthly_credit_limit: z.int().nullable(),
    expires_at: z.iso.datetime(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Invitation' });
export type InvitationResource = z.infer<typeof invitationResourceSchema>;
export const invitationPageSchema = pageOf(invitationResourceSchema, 'InvitationPage');
export type InvitationPage = z.infer<typeof invitationPageSchema>;

/** POST /api/v1/invitations/accept, by the person whose verified address was invited. */
export const acceptInvitationSchema = z
  .strictObject({ token: z.string().min(1).max(100) })
  .meta({ id: 'AcceptInvitation' });
export type AcceptInvitation = z.infer<typeof acceptInvitationSchema>;
