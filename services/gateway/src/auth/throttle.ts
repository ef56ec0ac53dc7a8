import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { sql, type Kysely } from 'kysely';
import type { Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import type { IdentityTables } from '../identity/schema/tables';
import { DATABASE } from '../platform/parts';

export interface Limit {
  /** What is counted, and for whom: `login-account:<address>`. */
  readonly key: string;
  readonly tries: number;
  readonly seconds: number;
}

interface Used {
  readonly used: number;
  readonly seconds: number;
}

/** Counts tries in windows of time, in Postgres, so that all replicas count together. */
@Injectable()
export class Throttle {
  constructor(@Inject(DATABASE) private readonly database: Database<IdentityTables>) {}

  /**
   * Counts one try for each limit, before the try: many at the same moment cannot slip through. Throws `rate_limited` with the time to
   * wait where one is over. In a transaction, a try that fails is not counted.
   */
  async take(limits: readonly Limit[], tx?: Kysely<IdentityTables>): Promise<void> {
    for (const limit of limits) {
      const { used, seconds } = await this.count(limit, tx);
      if (used <= limit.tries) continue;
      throw new AppError('rate_limited', `Too many tries; try again in ${waitWords(seconds)}.`, {
        retryable: true,
        retryAfterMs: seconds * 1000,
      });
    }
  }

  /** The same without an error: for what must look the same to a stranger whether it was done or not. */
  async mayTake(limit: Limit, tx: Kysely<IdentityTables>): Promise<boolean> {
    return (await this.count(limit, tx)).used <= limit.tries;
  }

  /** What succeeded was no guess. */
  async giveBack(limits: readonly Limit[]): Promise<void> {
    await this.database.sql
      .updateTable('identity.throttles')
      .set({ used: sql<number>`greatest(used - 1, 0)` })
      .where(
        'key',
        'in',
        limits.map(({ key }) => hashKey(key)),
      )
      .execute();
  }

  private async count(
    { key, seconds }: Limit,
    run: Kysely<IdentityTables> = this.database.sql,
  ): Promise<Used> {
    const end = sql<Date>`now() + make_interval(secs => ${seconds})`;
    const row = await run
      .insertInto('identity.throttles')
      .values({ key: hashKey(key), used: 1, window_ends_at: end })
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet({
          used: sql<number>`case when throttles.window_ends_at <= now() then 1 else throttles.used + 1 end`,
          window_ends_at: sql<Date>`case when throttles.window_ends_at <= now() then ${end} else throttles.window_ends_at end`,
        }),
      )
      .returning([
        'used',
        sql<number>`ceil(extract(epoch from window_ends_at - now()))::integer`.as('seconds'),
      ])
      .executeTakeFirstOrThrow();
    return { used: row.used, seconds: Math.max(1, row.seconds) };
  }
}

/** An IPv6 client has a whole /64 to choose addresses from. */
export function clientNetwork(address: string): string {
  if (!isIPv6(address)) return address;
  if (address.startsWith('::ffff:')) return address.slice(7);
  const [head = '', tail = ''] = address.split('::', 2);
  const left = head.split(':').filter((part) => part !== '');
  const right = tail.split(':').filter((part) => part !== '');
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const groups = address.includes('::') ? [...left, ...zeros, ...right] : left;
  return `${groups.slice(0, 4).join(':')}::/64`;
}

function hashKey(key: string): Buffer {
  return createHash('sha256').update(`throttle ${key}`).digest();
}

function waitWords(seconds: number): string {
  return seconds <= 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}
