import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { Principal } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { DATABASE } from '../platform/parts';
import type { IdentityTables } from './schema/tables';

const TICKET_SECONDS = 60;
const TICKET_PATTERN = /^tk_[A-Za-z0-9_-]{43}$/;

export interface IssuedTicket {
  readonly ticket: string;
  readonly expiresAt: Date;
}

/** One-time tickets: they stand for a key where a key must not be seen, in the address of a socket or of media. */
@Injectable()
export class Tickets {
  constructor(@Inject(DATABASE) private readonly database: Database<IdentityTables>) {}

  /** Good once, for a minute, and only for reading, whatever the key may do. */
  async issue(principal: Principal): Promise<IssuedTicket> {
    const ticket = `tk_${randomBytes(32).toString('base64url')}`;
    await this.removeExpired();
    const row = await this.database.sql
      .insertInto('identity.tickets')
      .values({
        token_hash: hash(ticket),
        account_id: principal.accountId,
        owner_user_id: principal.userId,
        scopes: ['read'],
        session_id: principal.sessionId,
        key_id: principal.keyId,
        // On Postgres' clock, as is the check: replicas' clocks may differ.
        expires_at: sql<Date>`now() + make_interval(secs => ${TICKET_SECONDS})`,
      })
      .returning('expires_at')
      .executeTakeFirstOrThrow();
    return { ticket, expiresAt: row.expires_at };
  }

  /** The delete is the check: of two that come at once, one gets the row. */
  async redeem(ticket: string): Promise<Principal | null> {
    if (!TICKET_PATTERN.test(ticket)) return null;
    const row = await this.database.sql
      .deleteFrom('identity.tickets')
      .where('token_hash', '=', hash(ticket))
      .where('expires_at', '>', sql<Date>`now()`)
      // It ends with what it was made with.
      .where(
        sql<boolean>`not exists (select from identity.sessions where id = session_id and revoked_at is not null)`,
      )
      .where(
        sql<boolean>`not exists (select from identity.api_keys where id = key_id and revoked_at is not null)`,
      )
      .returning(['account_id', 'owner_user_id', 'scopes', 'session_id', 'key_id'])
      .executeTakeFirst();
    if (!row) return null;
    return {
      userId: row.owner_user_id,
      accountId: row.account_id,
      scopes: row.scopes,
      // A ticket only reads what is the user's own.
      role: 'user',
      method: 'ticket',
      keyId: row.key_id,
      sessionId: row.session_id,
    };
  }

  private async removeExpired(): Promise<void> {
    await this.database.sql
      .deleteFrom('identity.tickets')
      .where('expires_at', '<', sql<Date>`now()`)
      .execute();
  }
}

function hash(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest();
}
