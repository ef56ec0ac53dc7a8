import { exportJWK, jwtVerify, SignJWT, type JWK } from 'jose';
import { z } from 'zod';
import type { SigningKeys } from './signing-keys';

/** What a stolen token is good for at most, after its session was not refreshed. */
export const ACCESS_SECONDS = 600;
const AUDIENCE = 'shotloom-api';
const TYPE = 'at+jwt';
const claimsSchema = z.object({ sub: z.guid(), sid: z.guid() });

export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
}

/** Short tokens that name a session. Who somebody is and what they may do is read from the session, not from the token. */
export class AccessTokens {
  constructor(
    private readonly keys: SigningKeys,
    /** Our own origin. */
    private readonly issuer: string,
    private readonly now: () => Date,
  ) {}

  async issue({ userId, sessionId }: AccessClaims): Promise<string> {
    const seconds = Math.floor(this.now().getTime() / 1000);
    return new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: 'EdDSA', kid: this.keys.current.id, typ: TYPE })
      .setIssuer(this.issuer)
      .setAudience(AUDIENCE)
      .setSubject(userId)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + ACCESS_SECONDS)
      .sign(this.keys.current.privateKey);
  }

  /** Null for whatever is not a living token of ours. The algorithm and the key are chosen by us, never by the token. */
  async verify(token: string): Promise<(AccessClaims & { readonly expiresAtMs: number }) | null> {
    try {
      const { payload } = await jwtVerify(
        token,
        ({ kid }) => {
          const key = this.keys.accepted.get(kid ?? '');
          if (!key) throw new Error('signed by a key that is not ours');
          return key.publicKey;
        },
        {
          algorithms: ['EdDSA'],
          typ: TYPE,
          issuer: this.issuer,
          audience: AUDIENCE,
          requiredClaims: ['exp', 'iat', 'sub', 'sid'],
          currentDate: this.now(),
        },
      );
      const { sub, sid } = claimsSchema.parse(payload);
      return { userId: sub, sessionId: sid, expiresAtMs: (payload.exp ?? 0) * 1000 };
    } catch {
      return null;
    }
  }

  /** The public halves, for `/.well-known/jwks.json`. */
  async jwks(): Promise<{ keys: JWK[] }> {
    const keys = [...this.keys.accepted.values()].map(async ({ id, publicKey }) => ({
      ...(await exportJWK(publicKey)),
      kid: id,
      alg: 'EdDSA',
      use: 'sig',
    }));
    return { keys: await Promise.all(keys) };
  }
}
