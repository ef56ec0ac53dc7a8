import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError, newId } from '@shotloom/kernel';
import { writeAudit } from '../audit/audit-log';
import type { Config } from '../config';
import { Revocations } from '../identity/revocations';
import type { RevokedReason } from '../identity/schema/sign-in-tables';
import type { IdentityTables } from '../identity/schema/tables';
import { CONFIG, DATABASE } from '../platform/parts';
import type { Client } from './client';
import { addFirstToken, findToken, rotate, successor, type Lifetime } from './refresh-tokens';

type Work = UnitOfWork<IdentityTables>;

export interface OpenSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly refreshToken: string;
}

const DAY_SECONDS = 86_400;
/** Living sessions of one user; the oldest makes room. */
const SESSIONS_PER_USER = 50;
const ENDED = 'This session has ended; sign in again.';

/** Signed-in devices: opened, carried on by rotating refresh tokens, and ended. */
@Injectable()
export class Sessions {
  readonly lifetime: Lifetime;
  private readonly sessionSeconds: number;

  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(CONFIG) config: Config,
    private readonly revocations: Revocations,
  ) {
    this.lifetime = { idleSeconds: Math.floor(config.AUTH_SESSION_IDLE_DAYS * DAY_SECONDS) };
    this.sessionSeconds = Math.floor(config.AUTH_SESSION_DAYS * DAY_SECONDS);
  }

  /** In the transaction that made sure who it is. Always a new one: no id or token is ever taken from the client. */
  async open(work: Work, userId: string, method: string, client: Client): Promise<OpenSession> {
    const sessionId = newId();
    await work.sql
      .insertInto('identity.sessions')
      .values({
        id: sessionId,
        user_id: userId,
        method,
        device: client.device,
        address: client.address,
        expires_at: sql<Date>`now() + make_interval(secs => ${this.sessionSeconds})`,
      })
      .execute();
    await this.makeRoom(work, userId);
    const refreshToken = await addFirstToken(work.sql, sessionId, this.lifetime);
    return { sessionId, userId, refreshToken };
  }

  /**
   * The next token for this one. A token that was used before ends the session: one of two who have it is a thief, and we cannot tell
   * which. Throws `unauthorized`.
   */
  async refresh(token: string, client: Client): Promise<OpenSession> {
    const refreshed = await this.database.run(async (work) => {
      const found = await findToken(work.sql, token);
      if (!found || found.ended || !(await isActive(work, found.userId))) return null;
      const { sessionId, userId } = found;
      if (!found.used) {
        const refreshToken = await rotate(work.sql, token, sessionId, this.lifetime);
        await noteUse(work, sessionId, client);
        return { sessionId, userId, refreshToken };
      }
      if (found.successorNonce && found.device === client.device) {
        return { sessionId, userId, refreshToken: successor(token, found.successorNonce) };
      }
      await this.revoke(work, userId, { only: sessionId }, 'reuse');
      await writeAudit(work.sql, {
        actor: client.actor,
        action: 'session.reuse_detected',
        target: { type: 'session', id: sessionId },
        details: { userId },
      });
      return null;
    });
    if (!refreshed) throw new AppError('unauthorized', ENDED);
    return refreshed;
  }

  /** Ends the session of a refresh token; nothing happens where there is none. */
  async signOut(token: string): Promise<void> {
    await this.database.run(async (work) => {
      const found = await findToken(work.sql, token);
      if (found) await this.revoke(work, found.userId, { only: found.sessionId }, 'signed_out');
    });
  }

  /** Ends one session of a user, or all but one, or all. Returns how many; everybody forgets them after the commit. */
  async revoke(
    work: Work,
    userId: string,
    which: { readonly only?: string; readonly except?: string | null },
    reason: RevokedReason,
  ): Promise<number> {
    let update = work.sql
      .updateTable('identity.sessions')
      .set({ revoked_at: sql<Date>`now()`, revoked_reason: reason })
      .where('user_id', '=', userId)
      .where('revoked_at', 'is', null);
    if (which.only !== undefined) update = update.where('id', '=', which.only);
    if (which.except) update = update.where('id', '<>', which.except);
    const sessionIds = (await update.returning('id').execute()).map(({ id }) => id);
    this.revocations.afterCommit(work, { sessionIds });
    return sessionIds.length;
  }

  private async makeRoom(work: Work, userId: string): Promise<void> {
    const rows = await work.sql
      .updateTable('identity.sessions')
      .set({ revoked_at: sql<Date>`now()`, revoked_reason: 'revoked' })
      .where('id', 'in', (where) =>
        where
          .selectFrom('identity.sessions')
          .select('id')
          .where('user_id', '=', userId)
          .where('revoked_at', 'is', null)
          .where('expires_at', '>', sql<Date>`now()`)
          .orderBy('id', 'desc')
          .offset(SESSIONS_PER_USER),
      )
      .returning('id')
      .execute();
    this.revocations.afterCommit(work, { sessionIds: rows.map(({ id }) => id) });
  }
}

async function isActive({ sql: tx }: Work, userId: string): Promise<boolean> {
  const user = await tx
    .selectFrom('identity.users')
    .select('id')
    .where('id', '=', userId)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  return user !== undefined;
}

async function noteUse({ sql: tx }: Work, sessionId: string, client: Client): Promise<void> {
  await tx
    .updateTable('identity.sessions')
    .set({ last_used_at: sql<Date>`now()`, address: client.address })
    .where('id', '=', sessionId)
    .execute();
}
