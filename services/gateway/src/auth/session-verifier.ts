import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { Principal } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { Clock } from '@shotloom/kernel';
import type { IdentityTables } from '../identity/schema/tables';
import { CLOCK, DATABASE } from '../platform/parts';
import { VerifiedCache } from '../identity/verified-cache';
import type { AccessTokens } from './access-tokens';
import { ACCESS_TOKENS } from './tokens';

const CACHE_MS = 1_000;
const TOUCH_SECONDS = 60;

/** Tells who an access token belongs to. Role and account are the present ones, and a session that ended opens nothing. */
@Injectable()
export class SessionVerifier {
  readonly cache = new VerifiedCache();

  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ACCESS_TOKENS) private readonly tokens: AccessTokens | null,
  ) {}

  /** Null where the token is not valid, or its session, user or account has ended: the caller cannot tell which. */
  async verify(token: string): Promise<Principal | null> {
    const key = createHash('sha256').update(token).digest('base64');
    const now = this.clock.now().getTime();
    const cached = this.cache.get(key, now);
    if (cached) return cached;
    const claims = await this.tokens?.verify(token);
    if (!claims) return null;
    const since = this.cache.mark();
    const principal = await this.lookUp(claims.userId, claims.sessionId);
    const until = Math.min(now + CACHE_MS, claims.expiresAtMs);
    if (principal) this.cache.remember(key, principal, until, since);
    return principal;
  }

  private async lookUp(userId: string, sessionId: string): Promise<Principal | null> {
    const row = await this.database.sql
      .selectFrom('identity.sessions as session')
      .innerJoin('identity.users as user', 'user.id', 'session.user_id')
      .innerJoin('identity.accounts as account', 'account.id', 'user.account_id')
      .select(['user.account_id', 'user.role'])
      .select(
        sql<boolean>`session.last_used_at < now() - make_interval(secs => ${TOUCH_SECONDS})`.as('isStale'),
      )
      .where('session.id', '=', sessionId)
      .where('session.user_id', '=', userId)
      .where('session.revoked_at', 'is', null)
      .where('session.expires_at', '>', sql<Date>`now()`)
      .where('user.disabled_at', 'is', null)
      .where('account.disabled_at', 'is', null)
      .executeTakeFirst();
    if (!row) return null;
    if (row.isStale) await this.touch(sessionId);
    return {
      userId,
      accountId: row.account_id,
      scopes: row.role === 'user' ? ['generate', 'read'] : ['generate', 'read', 'admin'],
      role: row.role,
      method: 'session',
      keyId: null,
      sessionId,
    };
  }

  /** Of several replicas one writes. */
  private async touch(sessionId: string): Promise<void> {
    await this.database.sql
      .updateTable('identity.sessions')
      .set({ last_used_at: sql<Date>`now()` })
      .where('id', '=', sessionId)
      .where('last_used_at', '<', sql<Date>`now() - make_interval(secs => ${TOUCH_SECONDS})`)
      .execute();
  }
}
