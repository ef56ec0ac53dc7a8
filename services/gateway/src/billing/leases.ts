import { setTimeout as delay } from 'node:timers/promises';
import { sql as raw } from 'kysely';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError, newId } from '@shotloom/kernel';
import type { IdentityTables } from '../identity/schema/tables';

/** Longer than all calls of one piece of work; a process that died holds others up for this long. */
const LEASE_SECONDS = 90;
const WAIT_MS = 10_000;
const LOOK_AGAIN_MS = 40;

type Tx = UnitOfWork<IdentityTables>['sql'];

export interface Lease {
  /** In the transaction that writes what was learnt: nobody else has taken over meanwhile. Throws `AppError('unavailable')`. */
  confirm(sql: Tx): Promise<void>;
}

/**
 * One after the other, over all replicas and over calls to the outside, which no transaction may wait for: who asks Stripe how
 * something stands and writes it down holds the lease of the account, so that an older answer is never written over a newer one.
 */
export class Leases {
  constructor(private readonly database: Database<IdentityTables>) {}

  /** Waits for its turn. Throws `AppError('unavailable')` where it does not come. */
  async hold<T>(name: string, work: (lease: Lease) => Promise<T>): Promise<T> {
    const holder = newId();
    const deadline = performance.now() + WAIT_MS;
    while (!(await this.acquire(name, holder))) {
      if (performance.now() > deadline) throw busy(name);
      await delay(LOOK_AGAIN_MS * (0.5 + Math.random()));
    }
    return this.work(name, holder, work);
  }

  /** Null where somebody else is at it. */
  async tryHold<T>(name: string, work: (lease: Lease) => Promise<T>): Promise<T | null> {
    const holder = newId();
    return (await this.acquire(name, holder)) ? this.work(name, holder, work) : null;
  }

  private async work<T>(name: string, holder: string, work: (lease: Lease) => Promise<T>): Promise<T> {
    try {
      return await work({ confirm: (sql) => this.confirm(sql, name, holder) });
    } finally {
      await this.release(name, holder);
    }
  }

  private async acquire(name: string, holder: string): Promise<boolean> {
    const until = raw<Date>`clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})`;
    const taken = await this.database.sql
      .insertInto('identity.billing_leases')
      .values({ name, holder, until })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ holder, until })
          .where('identity.billing_leases.until', '<', raw<Date>`clock_timestamp()`),
      )
      .returning('name')
      .executeTakeFirst();
    return taken !== undefined;
  }

  private async confirm(sql: Tx, name: string, holder: string): Promise<void> {
    const row = await sql
      .selectFrom('identity.billing_leases')
      .select('name')
      .where('name', '=', name)
      .where('holder', '=', holder)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) throw busy(name);
  }

  /** Where this fails the lease runs out by itself. */
  private async release(name: string, holder: string): Promise<void> {
    await this.database.sql
      .deleteFrom('identity.billing_leases')
      .where('name', '=', name)
      .where('holder', '=', holder)
      .execute()
      .catch(() => undefined);
  }
}

function busy(name: string): AppError {
  return new AppError('unavailable', `Something else is being done about ${name}; try again in a moment.`, {
    retryable: true,
    retryAfterMs: 1_000,
  });
}
