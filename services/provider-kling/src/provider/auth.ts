import { createHmac } from 'node:crypto';
import { AppError, type Clock } from '@shotloom/kernel';
import type { VendorCredential } from '@shotloom/provider-kit';
import { PROVIDER } from './errors';

/** How a credential proves itself: an API key goes as it is; an access key and its secret sign short-lived tokens. */
export type KlingAuth =
  | { readonly kind: 'apiKey'; readonly apiKey: string }
  | { readonly kind: 'keyPair'; readonly accessKey: string; readonly secretKey: string };

type KeyField = 'apiKey' | 'accessKey' | 'secretKey';

const TOKEN_SECONDS = 1_800;
/** Our clock may be ahead of the vendor's. */
const EARLY_SECONDS = 5;
/** A token is not used in its last minutes. */
const RENEW_SECONDS = 300;
const MAX_TOKENS = 1_000;

/** Reads `apiKey`, else `accessKey` and `secretKey`. Throws `provider_auth_failed` where neither is there. */
export function authOf({ fields }: VendorCredential): KlingAuth {
  const { apiKey, accessKey, secretKey } = fields as Readonly<Partial<Record<KeyField, string>>>;
  if (apiKey) return { kind: 'apiKey', apiKey };
  if (accessKey && secretKey) return { kind: 'keyPair', accessKey, secretKey };
  throw new AppError(
    'provider_auth_failed',
    'There is no key for Kling: give an API key, or an access key together with its secret key.',
    { provider: PROVIDER },
  );
}

/** A JSON Web Token (HS256) as Kling wants it. `nowSeconds` since 1970. */
export function mintToken(accessKey: string, secretKey: string, nowSeconds: number): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const claims = { iss: accessKey, exp: nowSeconds + TOKEN_SECONDS, nbf: nowSeconds - EARLY_SECONDS };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', secretKey).update(signed).digest('base64url')}`;
}

interface KeptToken {
  readonly token: string;
  readonly renewAt: number;
}

/** The bearer of a call. Tokens are kept while they are fresh, by the keys that they were signed with. */
export class KlingTokens {
  private readonly kept = new Map<string, KeptToken>();

  constructor(private readonly clock: Clock) {}

  bearer(auth: KlingAuth): string {
    if (auth.kind === 'apiKey') return auth.apiKey;
    const now = Math.floor(this.clock.now().getTime() / 1000);
    const key = keyOf(auth);
    const known = this.kept.get(key);
    if (known !== undefined && known.renewAt > now) return known.token;
    if (this.kept.size >= MAX_TOKENS) this.kept.clear();
    const token = mintToken(auth.accessKey, auth.secretKey, now);
    this.kept.set(key, { token, renewAt: now + TOKEN_SECONDS - RENEW_SECONDS });
    return token;
  }

  /** The vendor took offence at the token's times: the next call gets a new one. */
  forget(auth: KlingAuth): void {
    if (auth.kind === 'keyPair') this.kept.delete(keyOf(auth));
  }
}

/** The secret key is part of it: a pair may be given a new secret. */
const keyOf = ({ accessKey, secretKey }: Extract<KlingAuth, { kind: 'keyPair' }>): string =>
  JSON.stringify([accessKey, secretKey]);
