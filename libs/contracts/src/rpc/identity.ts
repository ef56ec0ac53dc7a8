import { z } from 'zod';
import { defineRpc } from '../bus/rpc';

export const SCOPES = ['generate', 'read', 'admin'] as const;
/** `operator` runs the platform; `admin` also hands out roles, credits and prices. */
export const PLATFORM_ROLES = ['user', 'operator', 'admin'] as const;

export const principalSchema = z.object({
  userId: z.string(),
  /** The account that pays for what this caller does. */
  accountId: z.string(),
  /** What this credential may do; a role alone opens nothing. */
  scopes: z.array(z.enum(SCOPES)),
  role: z.enum(PLATFORM_ROLES).default('user'),
  /** How the caller proved who it is. */
  method: z.enum(['api_key', 'session', 'ticket']).default('api_key'),
  /** The API key that was used, or that a ticket was made with; null for sessions. */
  keyId: z.string().nullable().default(null),
  /** The session that was used, or that a ticket was made in; null for API keys. */
  sessionId: z.string().nullable().default(null),
});
/** Who is asking, and what they may do. */
export type Principal = z.infer<typeof principalSchema>;

/** Checks an API key or a session's access token, or redeems a one-time ticket (gone after the first use). Null: not valid. */
export const verifyCredentialRpc = defineRpc(
  'rpc.gateway.verify-credential',
  z.object({ kind: z.enum(['api_key', 'session', 'ticket']), value: z.string().max(4_000) }),
  z.object({ principal: principalSchema.nullable() }),
);

/** Which of these sessions and API keys are not valid any more. For those who hold on to a caller, as a socket does. */
export const endedCredentialsRpc = defineRpc(
  'rpc.gateway.ended-credentials',
  z.object({ sessionIds: z.array(z.string()).max(500), keyIds: z.array(z.string()).max(500) }),
  z.object({ sessionIds: z.array(z.string()), keyIds: z.array(z.string()) }),
);

/**
 * What these callers can spend now, in the order in which they are named: of the account of the key, or else of the one that pays for
 * the person at present. Null: there is no such caller.
 */
export const availableCreditsRpc = defineRpc(
  'rpc.gateway.available-credits',
  z.object({ holders: z.array(z.object({ userId: z.string(), keyId: z.string().nullable() })).max(500) }),
  z.object({ balances: z.array(z.object({ accountId: z.string(), available: z.int() }).nullable()) }),
);

/** For how long these accounts keep what is theirs, as in `retention.changed.v1`. Accounts that are not there are left out. */
export const accountRetentionRpc = defineRpc(
  'rpc.gateway.account-retention',
  z.object({ accountIds: z.array(z.string()).min(1).max(100) }),
  z.object({
    accounts: z.array(
      z.object({
        accountId: z.string(),
        /** 0: its plan was never changed. */
        accountVersion: z.int().nonnegative(),
        planId: z.string(),
        version: z.int().nonnegative(),
        retentionDays: z.int().positive().nullable(),
      }),
    ),
  }),
);
