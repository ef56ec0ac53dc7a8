import { Inject, Injectable } from '@nestjs/common';
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import { writeAudit } from '../../audit/audit-log';
import type { Config } from '../../config';
import type { IdentityTables } from '../../identity/schema/tables';
import { CONFIG, DATABASE, LOGGER } from '../../platform/parts';
import type { Client } from '../client';
import { hashToken, newToken } from '../secret-token';
import { Sessions, type OpenSession } from '../sessions';
import { IssuerClients, type IssuerClient } from './issuer-clients';
import { resolveUser, type IssuerIdentity, type Refusal } from './link-identity';

const FLOW_SECONDS = 600;
/** What the sign-in page is told, as `error` in its address. */
export type SignInError = Refusal | 'expired' | 'refused' | 'failed';

export type ComeBack =
  { readonly opened: OpenSession; readonly returnTo: string } | { readonly error: SignInError };

const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string().min(1).max(255),
  email: z.string().optional(),
  // Some issuers write it as text.
  email_verified: z.union([z.boolean(), z.stringbool()]).optional(),
  name: z.string().optional(),
  /** Google: the domain of a Workspace, which owns its mailboxes. */
  hd: z.string().optional(),
});
type Claims = z.infer<typeof claimsSchema>;

/** Sign-in at an OpenID Connect issuer: authorization code with PKCE, state and nonce, each good once and for one browser. */
@Injectable()
export class IssuerSignIn {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly clients: IssuerClients,
    private readonly sessions: Sessions,
  ) {}

  /** Where to send the browser, and what it has to bring back in a cookie. Throws `not_found` or `unavailable`. */
  async begin(name: string, returnTo: string): Promise<{ location: string; browser: string }> {
    const { issuer, configuration, redirectUri } = await this.clients.get(name);
    const [state, nonce, verifier, browser] = [
      randomState(),
      randomNonce(),
      randomPKCECodeVerifier(),
      newToken(),
    ];
    await this.database.sql
      .insertInto('identity.sign_in_flows')
      .values({
        state_hash: hashToken(state),
        browser_hash: hashToken(browser),
        issuer_name: name,
        nonce,
        code_verifier: verifier,
        return_to: returnTo,
        expires_at: sql<Date>`now() + make_interval(secs => ${FLOW_SECONDS})`,
      })
      .execute();
    const location = buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: issuer.scopes,
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return { location: location.href, browser };
  }

  /** `query` is the whole query of the callback, as it came. */
  async comeBack(
    name: string,
    query: URLSearchParams,
    browser: string | null,
    client: Client,
  ): Promise<ComeBack> {
    const issuerClient = await this.clients.get(name);
    const flow = await this.takeFlow(name, query.get('state'), browser);
    if (!flow) return { error: 'expired' };
    if (query.has('error')) return { error: 'refused' };
    const claims = await this.askForClaims(issuerClient, query, flow);
    if (!claims) return { error: 'failed' };
    return this.open(issuerClient, claims, flow.return_to, client);
  }

  /** The delete is the check: a state is good once, and only in the browser that began. */
  private async takeFlow(name: string, state: string | null, browser: string | null) {
    if (state === null || browser === null) return undefined;
    return this.database.sql
      .deleteFrom('identity.sign_in_flows')
      .where('state_hash', '=', hashToken(state))
      .where('browser_hash', '=', hashToken(browser))
      .where('issuer_name', '=', name)
      .where('expires_at', '>', sql<Date>`now()`)
      .returning(['nonce', 'code_verifier', 'return_to'])
      .executeTakeFirst();
  }

  /** Undefined where the issuer's answer does not hold; the log says why, the browser does not. */
  private async askForClaims(
    { issuer, configuration, redirectUri }: IssuerClient,
    query: URLSearchParams,
    flow: { readonly nonce: string; readonly code_verifier: string },
  ): Promise<Claims | undefined> {
    try {
      const tokens = await authorizationCodeGrant(
        configuration,
        new URL(`${redirectUri}?${query.toString()}`),
        {
          pkceCodeVerifier: flow.code_verifier,
          expectedState: query.get('state') ?? '',
          expectedNonce: flow.nonce,
          idTokenExpected: true,
        },
      );
      const claims = claimsSchema.parse(tokens.claims());
      if (claims.email !== undefined) return claims;
      const more = await fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return claimsSchema.parse({ ...more, iss: claims.iss, sub: claims.sub });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      const reason = error instanceof Error ? error.message : String(error);
      // Not the error itself: it may hold the answer, and with it tokens.
      this.logger.warn({ issuer: issuer.name, code, reason }, 'a sign-in at an issuer failed');
      return undefined;
    }
  }

  private async open(
    { issuer }: IssuerClient,
    claims: Claims,
    returnTo: string,
    client: Client,
  ): Promise<ComeBack> {
    return this.database.run(async (work) => {
      const mayRegister = this.config.AUTH_REGISTRATION !== 'closed';
      const resolved = await resolveUser(work, toIdentity(issuer.name, claims), {
        title: issuer.title,
        mayRegister,
        client,
      });
      if ('refused' in resolved) return { error: resolved.refused };
      const opened = await this.sessions.open(work, resolved.userId, issuer.name, client);
      const user = await work.sql
        .selectFrom('identity.users')
        .select('role')
        .where('id', '=', resolved.userId)
        .executeTakeFirstOrThrow();
      if (user.role !== 'user') {
        await writeAudit(work.sql, {
          actor: { ...client.actor, userId: resolved.userId },
          action: 'session.opened',
          target: { type: 'session', id: opened.sessionId },
          details: { method: issuer.name, role: user.role },
        });
      }
      return { opened, returnTo };
    });
  }
}

/**
 * Google says itself for which addresses it is the authority: its own, and those of a Workspace's domain
 * (developers.google.com/identity/gsi/web/guides/verify-google-id-token). Any other issuer is trusted as the operator chose it.
 */
function toIdentity(issuerName: string, claims: Claims): IssuerIdentity {
  const isGoogle = issuerName === 'google';
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email: claims.email,
    emailVerified: claims.email_verified === true,
    emailAuthoritative: !isGoogle || claims.hd !== undefined || /@gmail\.com$/i.test(claims.email ?? ''),
    displayName: claims.name,
  };
}
