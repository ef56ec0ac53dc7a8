import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { Principal } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { Clock } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import { CLOCK, DATABASE, LOGGER } from '../platform/parts';
import { parseApiKey, secretMatches, type ParsedApiKey } from './api-key';
import type { IdentityTables } from './schema/tables';
import { VerifiedCache } from './verified-cache';

/** A verified key is not looked up again for this long: a revoked key works that much longer at most. */
const CACHE_MS = 1_000;
const TOUCH_MS = 60_000;

/** Tells who an API key belongs to. */
@Injectable()
export class Credentials {
  readonly cache = new VerifiedCache();

  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Null where the key is unknown, wrong, expired or revoked, or its user or account is switched off: the caller cannot tell which. */
  async verifyApiKey(text: string): Promise<Principal | null> {
    const parsed = parseApiKey(text);
    if (!parsed) return null;
    const cacheKey = createHash('sha256').update(text).digest('base64');
    const now = this.clock.now().getTime();
    const cached = this.cache.get(cacheKey, now);
    if (cached) return cached;
    const mark = this.cache.mark();
    const principal = await this.lookUp(parsed, now);
    if (principal) this.cache.remember(cacheKey, principal, now + CACHE_MS, mark);
    else this.cache.delete(cacheKey);
    return principal;
  }

  private async lookUp({ prefix, secret }: ParsedApiKey, now: number): Promise<Principal | null> {
    const row = await this.database.sql
      .selectFrom('identity.api_keys as key')
      .innerJoin('identity.users as user', 'user.id', 'key.owner_user_id')
      .innerJoin('identity.accounts as account', 'account.id', 'key.account_id')
      .select(['key.id', 'key.account_id', 'key.owner_user_id', 'key.secret_hash', 'key.scopes'])
      .select(['key.expires_at', 'key.revoked_at', 'key.last_used_at', 'user.role'])
      .select((where) => where.fn.coalesce('user.disabled_at', 'account.disabled_at').as('disabled_at'))
      .where('key.prefix', '=', prefix)
      .executeTakeFirst();
    if (!secretMatches(secret, row?.secret_hash) || row === undefined) return null;
    if (row.revoked_at !== null || row.disabled_at !== null) return null;
    if (row.expires_at !== null && row.expires_at.getTime() <= now) return null;
    if (row.last_used_at === null || row.last_used_at.getTime() < now - TOUCH_MS) void this.touch(row.id);
    return {
      userId: row.owner_user_id,
      accountId: row.account_id,
      scopes: row.scopes,
      role: row.role,
      method: 'api_key',
      keyId: row.id,
      sessionId: null,
    };
  }

  /** Nobody waits for it, and of several replicas one writes. */
  private async touch(keyId: string): Promise<void> {
    try {
      await this.database.sql
        .updateTable('identity.api_keys')
        .set({ last_used_at: sql<Date>`now()` })
        .where('id', '=', keyId)
        .where((where) =>
          where.or([
            where('last_used_at', 'is', null),
            where('last_used_at', '<', sql<Date>`now() - interval '1 minute'`),
          ]),
        )
        .execute();
    } catch (error) {
      this.logger.warn({ err: error, keyId }, 'could not note that a key was used');
    }
  }
}
