import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { KlingError } from './kling-errors';

export interface KlingAccount {
  readonly name: string;
  /** Several are valid while a key is being rotated. */
  apiKeys: string[];
  accessKey: string;
  secretKey: string;
  /** `whsec_...`; null: callbacks carry no signature. */
  webhookSecret: string | null;
  /** Tasks that may be open at the same time. */
  concurrency: number;
  /** What is left in the resource pack. */
  units: number;
}

export const DEMO_ACCOUNT: KlingAccount = {
  name: 'demo',
  apiKeys: ['sim-kling-api-key'],
  accessKey: 'sim-kling-access-key',
  secretKey: 'sim-kling-secret-key',
  webhookSecret: 'whsec_c2ltdWxhdGVkLWtsaW5nLXdlYmhvb2stc2VjcmV0',
  concurrency: 20,
  units: 1_000_000,
};

const headerSchema = z.object({ alg: z.literal('HS256'), typ: z.literal('JWT').optional() });
const claimsSchema = z.object({ iss: z.string(), exp: z.number(), nbf: z.number().optional() });

/** Whose request it is. Throws the vendor's 1001 to 1004. */
export function authenticate(
  accounts: readonly KlingAccount[],
  authorization: string | undefined,
  nowMs: number,
  apiKeyOnly: boolean,
): KlingAccount {
  if (authorization === undefined || authorization === '') throw new KlingError(1001);
  const token = /^Bearer (\S+)$/.exec(authorization)?.[1];
  if (token === undefined) throw new KlingError(1002);
  const byKey = accounts.find((account) => account.apiKeys.includes(token));
  if (byKey !== undefined) return byKey;
  if (apiKeyOnly) throw new KlingError(1002);
  return byJwt(accounts, token, nowMs / 1000);
}

function byJwt(accounts: readonly KlingAccount[], token: string, nowSeconds: number): KlingAccount {
  const [header = '', claims = '', signature = '', ...more] = token.split('.');
  const head = headerSchema.safeParse(decoded(header));
  const body = claimsSchema.safeParse(decoded(claims));
  if (!head.success || !body.success || more.length > 0) throw new KlingError(1002);
  const account = accounts.find(({ accessKey }) => accessKey === body.data.iss);
  if (account === undefined) throw new KlingError(1002);
  const expected = createHmac('sha256', account.secretKey).update(`${header}.${claims}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new KlingError(1002);
  if (body.data.nbf !== undefined && body.data.nbf > nowSeconds) throw new KlingError(1003);
  if (body.data.exp <= nowSeconds) throw new KlingError(1004);
  return account;
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
