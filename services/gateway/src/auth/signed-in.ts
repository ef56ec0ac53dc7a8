import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { SignedIn } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import type { IdentityTables } from '../identity/schema/tables';
import { DATABASE } from '../platform/parts';
import { ACCESS_SECONDS, type AccessTokens } from './access-tokens';
import { Cookies } from './cookies';
import { Sessions, type OpenSession } from './sessions';
import { ACCESS_TOKENS } from './tokens';

/** Gives the tokens of a session to whoever signed in: in the answer, or in cookies that no script can read. */
@Injectable()
export class SignedInAnswer {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(ACCESS_TOKENS) private readonly tokens: AccessTokens | null,
    private readonly cookies: Cookies,
    private readonly sessions: Sessions,
  ) {}

  /** Before anything is done. Throws `unavailable`. */
  requireSigning(): AccessTokens {
    if (this.tokens) return this.tokens;
    throw new AppError(
      'unavailable',
      'Nobody can sign in here, since this installation has no key to sign sessions with; use an API key.',
    );
  }

  async give(opened: OpenSession, transport: 'token' | 'cookie', reply: FastifyReply): Promise<SignedIn> {
    const { sessionId, userId, refreshToken } = opened;
    const access = await this.requireSigning().issue({ userId, sessionId });
    const user = await this.database.sql
      .selectFrom('identity.users')
      .select('role')
      .where('id', '=', userId)
      .executeTakeFirstOrThrow();
    void reply.header('cache-control', 'no-store');
    const who = { user_id: userId, session_id: sessionId, role: user.role, expires_in: ACCESS_SECONDS };
    if (transport === 'cookie') {
      this.setCookies(reply, access, refreshToken);
      return who;
    }
    return { ...who, token_type: 'Bearer', access_token: access, refresh_token: refreshToken };
  }

  /** For a browser that comes back from an issuer. */
  async giveCookies({ sessionId, userId, refreshToken }: OpenSession, reply: FastifyReply): Promise<void> {
    this.setCookies(reply, await this.requireSigning().issue({ userId, sessionId }), refreshToken);
  }

  private setCookies(reply: FastifyReply, access: string, refresh: string): void {
    const refreshSeconds = this.sessions.lifetime.idleSeconds;
    this.cookies.setSession(reply, { access, refresh, refreshSeconds });
  }
}
