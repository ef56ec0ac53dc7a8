import { z } from 'zod';
import { PLATFORM_ROLES } from '../rpc/identity';

const email = z.email('must be an e-mail address').max(254);
/** Long rather than odd: length is what makes guessing hard. */
const newPassword = z.string().min(10).max(256);
const displayName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters');
const language = z.enum(['en', 'zh-CN']).default('en').describe('Of the mail that follows.');
const linkToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is not a token from a mail');
/** `cookie`: for pages of this origin, tokens stay out of reach of scripts. `token`: for programs, tokens are in the answer. */
const transport = z.enum(['token', 'cookie']).default('token');
const refreshToken = z.string().max(200);

/** A request of a page that is authenticated by cookie, or asks for cookies, carries this header; see docs/accounts.md. */
export const CSRF_HEADER = 'x-shotloom-csrf';

/** The cookie with a page's access token. Over TLS it has the prefix, which keeps neighbouring hosts from setting it. */
export function accessCookieName(overTls: boolean): string {
  return overTls ? '__Host-shotloom-access' : 'shotloom-access';
}

/** POST /api/v1/auth/register */
export const registerSchema = z
  .strictObject({ email, password: newPassword, display_name: displayName.optional(), language })
  .meta({ id: 'Register' });
export type Register = z.infer<typeof registerSchema>;

/** POST /api/v1/auth/verify: the token of the mail, and the password that was chosen: the same person has both. */
export const verifyEmailSchema = z
  .strictObject({ token: linkToken, password: z.string().max(256), transport })
  .meta({ id: 'VerifyEmail' });
export type VerifyEmail = z.infer<typeof verifyEmailSchema>;

/** POST /api/v1/auth/login */
export const loginSchema = z
  .strictObject({
    email: z
      .string()
      .max(254)
      .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters'),
    password: z.string().max(256),
    transport,
  })
  .meta({ id: 'Login' });
export type Login = z.infer<typeof loginSchema>;

/** POST /api/v1/auth/refresh; without a token the cookie is used, and new cookies are set. */
export const refreshSchema = z
  .strictObject({ refresh_token: refreshToken.optional() })
  .meta({ id: 'Refresh' });
export type Refresh = z.infer<typeof refreshSchema>;

/** POST /api/v1/auth/logout; without a token the cookie is used. */
export const logoutSchema = z.strictObject({ refresh_token: refreshToken.optional() }).meta({ id: 'Logout' });
export type Logout = z.infer<typeof logoutSchema>;

/** POST /api/v1/auth/password/forgot */
export const forgotPasswordSchema = z.strictObject({ email, language }).meta({ id: 'ForgotPassword' });
export type ForgotPassword = z.infer<typeof forgotPasswordSchema>;

/** POST /api/v1/auth/verify/resend */
export const resendVerificationSchema = z
  .strictObject({ email, language })
  .meta({ id: 'ResendVerification' });
export type ResendVerification = z.infer<typeof resendVerificationSchema>;

/** POST /api/v1/auth/password/reset */
export const resetPasswordSchema = z
  .strictObject({ token: linkToken, password: newPassword })
  .meta({ id: 'ResetPassword' });
export type ResetPassword = z.infer<typeof resetPasswordSchema>;

/** The same for everybody, whether the address is known here or not. */
export const acceptedSchema = z
  .object({ status: z.literal('accepted'), detail: z.string() })
  .meta({ id: 'Accepted' });
export type AcceptedResource = z.infer<typeof acceptedSchema>;

/** Who signed in. Tokens are left out where they went into cookies. */
export const signedInSchema = z
  .object({
    user_id: z.string(),
    session_id: z.string(),
    role: z.enum(PLATFORM_ROLES),
    expires_in: z.int().describe('Seconds until the access token ends; refresh before.'),
    token_type: z.literal('Bearer').optional(),
    access_token: z.string().optional(),
    refresh_token: z.string().optional().describe('Good once: every refresh gives another.'),
  })
  .meta({ id: 'SignedIn' });
export type SignedIn = z.infer<typeof signedInSchema>;

/** GET /api/v1/auth/methods: what a sign-in page can offer here. */
export const authMethodsSchema = z
  .object({
    password: z.boolean(),
    registration: z
      .enum(['verified', 'unverified', 'closed'])
      .describe('`verified`: by a link in a mail. `unverified`: at once. `closed`: nobody can register.'),
    password_reset: z.boolean().describe('False where no mail can be sent.'),
    issuers: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        start_url: z.string().describe('Go there with the browser; `return_to` says where to afterwards.'),
      }),
    ),
  })
  .meta({ id: 'AuthMethods' });
export type AuthMethods = z.infer<typeof authMethodsSchema>;

export const sessionResourceSchema = z
  .object({
    id: z.string(),
    method: z.string().describe('`password`, or the name of the issuer.'),
    device: z.string().nullable().describe('What the browser or program calls itself.'),
    address: z.string().nullable(),
    current: z.boolean().describe('The session that asks.'),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
  })
  .meta({ id: 'Session' });
export type SessionResource = z.infer<typeof sessionResourceSchema>;
/** GET /api/v1/sessions: those that can still be used, at most 100, newest first. */
export const sessionListSchema = z
  .object({ data: z.array(sessionResourceSchema) })
  .meta({ id: 'SessionList' });

/** GET /api/v1/me/sign-in-ways */
export const signInWaysSchema = z
  .object({
    password: z.boolean().describe('Whether there is one; without it a link in a mail sets the first.'),
    identities: z.array(
      z.object({
        issuer: z.string().describe('As it names itself in its tokens.'),
        title: z
          .string()
          .nullable()
          .describe('As the operator calls it; null where it is not offered any more.'),
        email: z.string().describe('As the issuer gave it when it was linked.'),
        linked_at: z.iso.datetime(),
        last_used_at: z.iso.datetime(),
      }),
    ),
  })
  .meta({ id: 'SignInWays' });
export type SignInWays = z.infer<typeof signInWaysSchema>;

/** PATCH /api/v1/me */
export const updateMeSchema = z
  .strictObject({
    display_name: displayName.optional(),
    password: z
      .strictObject({ current: z.string().max(256), new: newPassword })
      .optional()
      .describe('All other sessions end.'),
  })
  .meta({ id: 'UpdateMe' });
export type UpdateMe = z.infer<typeof updateMeSchema>;
