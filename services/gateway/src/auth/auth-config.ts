import { z } from 'zod';
import { readIssuers } from './oidc/issuer-config';
import { readSigningKeys } from './signing-keys';

const attempt = <T>(read: () => T, refuse: (message: string) => void): T | undefined => {
  try {
    return read();
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
    return undefined;
  }
};

const plainSchema = z
  .object({
    /** 32 bytes in base64; signs access tokens. Without it nobody can sign in, and only API keys open the API. */
    AUTH_SIGNING_KEY: z.string().optional(),
    /** Keys that signed before, with commas between them: what they signed is still accepted. */
    AUTH_SIGNING_KEYS_OLD: z.string().optional(),
    /** Who may register: `verified` by a link in a mail, `unverified` at once and without proof of the address, or nobody. */
    AUTH_REGISTRATION: z.enum(['verified', 'unverified', 'closed']).default('verified'),
    /** Hashes of passwords that are computed at a time; each takes 19 MiB and a thread. */
    AUTH_HASHES_AT_A_TIME: z.coerce.number().int().min(1).max(64).default(2),
    /** How long a session lasts without being used, and in all. Days. */
    AUTH_SESSION_IDLE_DAYS: z.coerce.number().positive().max(365).default(30),
    AUTH_SESSION_DAYS: z.coerce.number().positive().max(730).default(90),
    /** `smtp://user:password@host:587` or `smtps://...`. Without it no mail is sent. */
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    /** The sender of every mail: `Shotloom <no-reply@video.example>`. */
    MAIL_FROM: z.string().min(3).optional(),
    /** Addresses of proxies before the door, or networks (CIDR), with commas: only theirs `X-Forwarded-For` is believed. */
    TRUSTED_PROXIES: z
      .string()
      .transform((text) =>
        text
          .split(',')
          .map((item) => item.trim())
          .filter((item) => item !== ''),
      )
      .default([]),
  })
  .superRefine((env, context) => {
    const refuse =
      (key: string) =>
      (message: string): void =>
        context.addIssue({ code: 'custom', path: [key], message });
    if (env.SMTP_URL !== undefined && env.MAIL_FROM === undefined) {
      refuse('MAIL_FROM')('is needed beside SMTP_URL');
    }
    const { AUTH_SIGNING_KEY: current, AUTH_SIGNING_KEYS_OLD: old } = env;
    if (current !== undefined) {
      attempt(() => readSigningKeys(current, undefined), refuse('AUTH_SIGNING_KEY'));
      attempt(() => readSigningKeys(current, old), refuse('AUTH_SIGNING_KEYS_OLD'));
    } else if (old !== undefined) refuse('AUTH_SIGNING_KEY')('is needed beside old keys');
  });

/** `OIDC_<NAME>_...`: as many issuers as the operator names. */
const issuersSchema = z.looseObject({}).transform((env, context) => {
  const refuse = (message: string): void => context.addIssue({ code: 'custom', path: ['OIDC_*'], message });
  return { OIDC_ISSUERS: attempt(() => readIssuers(env), refuse) ?? [] };
});

/** What signing in needs to know. */
export const authConfigSchema = plainSchema.and(issuersSchema);
export type AuthConfig = z.infer<typeof authConfigSchema>;
