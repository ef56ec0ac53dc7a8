import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { sql } from 'kysely';
import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import type { IdentityTables } from '../identity/schema/tables';
import { DATABASE, LOGGER } from '../platform/parts';

const EVERY_MS = 300_000;
const AT_ONCE = 2_000;

/** What is of no use any more: table, key, and when. Ended sessions are kept a month, for who wonders what happened. */
const OLD = [
  ['refresh_tokens', 'token_hash', `expires_at < now() - interval '1 day'`],
  ['sessions', 'id', `least(expires_at, revoked_at) < now() - interval '30 days'`],
  ['mail_tokens', 'token_hash', 'expires_at < now()'],
  ['sign_in_flows', 'state_hash', 'expires_at < now()'],
  ['throttles', 'key', 'window_ends_at < now()'],
] as const;

/** Removes what has expired, a bounded number at a time; replicas do it together without harm. */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(DATABASE) private readonly database: Pick<Database<IdentityTables>, 'sql'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.sweep().catch((error: unknown) => {
        this.logger.warn({ err: error }, 'what has expired cannot be removed now');
      });
    }, EVERY_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  async sweep(): Promise<void> {
    for (const [name, key, isOld] of OLD) {
      const table = sql.id('identity', name);
      const id = sql.id(key);
      await sql`
        delete from ${table} where ${id} in (
          select ${id} from ${table} where ${sql.raw(isOld)} limit ${AT_ONCE} for update skip locked
        )`.execute(this.database.sql);
    }
    await sql`
      delete from identity.idempotency_keys where ctid = any(array(
        select ctid from identity.idempotency_keys
        where created_at < now() - interval '24 hours' limit ${AT_ONCE} for update skip locked
      ))`.execute(this.database.sql);
  }
}
