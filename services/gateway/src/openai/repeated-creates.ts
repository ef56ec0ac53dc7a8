import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { Principal } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import { canonicalHash } from '../generate/canonical-json';
import type { IdentityTables } from '../identity/schema/tables';
import { DATABASE } from '../platform/parts';

/** Keys that we gave ourselves; they stand beside those that clients gave, and are forgotten with them. */
const ROUTE = 'automatic POST /v1/videos';
/** The official clients give up after minutes; a wish that is an hour old is a new one. */
const REPEATED_WITHIN = sql`interval '10 minutes'`;

export interface CreateCall {
  readonly principal: Principal;
  /** All that was asked for, the content of the picture included. */
  readonly wish: unknown;
  /** How often the client has sent it before: `X-Stainless-Retry-Count`. */
  readonly sentBefore: number;
}

/**
 * Gives creates a key that came without one. The official clients send a create again by themselves after a lost answer and name no
 * key; they say how often. A first call gets a key of its own, so that two equal wishes are two videos; a repeated one
 * gets the key of the call that it repeats, and with it the video that this one made, or makes it now.
 */
@Injectable()
export class RepeatedCreates {
  constructor(@Inject(DATABASE) private readonly database: Database<IdentityTables>) {}

  async keyFor({ principal, wish, sentBefore }: CreateCall): Promise<string> {
    const { userId, keyId, accountId } = principal;
    const hash = canonicalHash({ wish, keyId, accountId });
    return (sentBefore > 0 && (await this.find(userId, hash))) || this.remember(userId, hash);
  }

  /** The newest of the same wish. Ids grow with time, and so do the keys of one hash. */
  private async find(userId: string, hash: string): Promise<string | undefined> {
    const row = await this.database.sql
      .selectFrom('identity.idempotency_keys')
      .select('resource_id')
      .where('user_id', '=', userId)
      .where('route', '=', ROUTE)
      .where('key', '>=', `${hash}:`)
      .where('key', '<', `${hash};`)
      .where('created_at', '>', sql<Date>`now() - ${REPEATED_WITHIN}`)
      .orderBy('key', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.resource_id;
  }

  private async remember(userId: string, hash: string): Promise<string> {
    const id = newId();
    const requestHash = Buffer.from(hash, 'hex');
    await this.database.sql
      .insertInto('identity.idempotency_keys')
      .values({
        user_id: userId,
        route: ROUTE,
        key: `${hash}:${id}`,
        request_hash: requestHash,
        resource_id: id,
      })
      .execute();
    return id;
  }
}
