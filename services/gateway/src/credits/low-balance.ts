import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { sql as raw } from 'kysely';
import type { Database, UnitOfWork } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import type { IdentityTables } from '../identity/schema/tables';
import { addMail } from '../mail/mails';
import { DATABASE, LOGGER } from '../platform/parts';

type Tx = UnitOfWork<IdentityTables>['sql'];

const EVERY_MS = 30_000;
const PAGE = 500;
/** The looks may have this share of the time: a pause follows each page that is so much longer than it took. */
const SHARE = 1 / 50;

interface Crossing {
  readonly id: string;
  readonly name: string;
  readonly threshold: number;
  readonly available: number;
}

/** Mails to those who run an account when what it can spend falls below what they have set, once each time that it does. */
@Injectable()
export class LowBalanceAlerts implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(
    @Inject(DATABASE) private readonly database: Pick<Database<IdentityTables>, 'run'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      // One that goes over very many accounts takes longer than the next is away.
      this.looking ??= this.lookSafely().finally(() => (this.looking = undefined));
    }, EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.looking;
  }

  private async lookSafely(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      this.logger.warn({ err: error }, 'low balances could not be looked at; the next look will');
    }
  }

  /** All accounts that want it, a page in a transaction. Of several replicas one finds a crossing. Returns how many there were. */
  async look(): Promise<number> {
    let crossings = 0;
    let after: string | null = null;
    for (;;) {
      const began = performance.now();
      const page: { crossings: number; last: string | null } = await this.lookAtPage(after);
      crossings += page.crossings;
      after = page.last;
      if (after === null) return crossings;
      const took = performance.now() - began;
      await delay(took / SHARE - took, undefined, { signal: this.stopping.signal });
    }
  }

  private lookAtPage(after: string | null): Promise<{ crossings: number; last: string | null }> {
    return this.database.run(async ({ sql }) => {
      const { rows: watched } = await raw<{ id: string }>`
        SELECT id FROM identity.accounts WHERE low_balance_credits IS NOT NULL
          AND (${after}::uuid IS NULL OR id > ${after}::uuid) ORDER BY id LIMIT ${PAGE}`.execute(sql);
      const crossed = await cross(
        sql,
        watched.map(({ id }) => id),
      );
      for (const crossing of crossed) await tellManagers(sql, crossing);
      return { crossings: crossed.length, last: watched.length < PAGE ? null : (watched.at(-1)?.id ?? null) };
    });
  }
}

/** Notes who is above and who has come below since; the row is the right to send the mail. */
async function cross(sql: Tx, ids: readonly string[]): Promise<readonly Crossing[]> {
  if (ids.length === 0) return [];
  const { rows } = await raw<Crossing & { armed: boolean }>`
    WITH now AS (
      SELECT account.id, coalesce((SELECT balance FROM ledger.accounts
          WHERE owner_id = account.id AND kind = 'available'), 0)
        - coalesce((SELECT sum(remaining) FROM ledger.lots WHERE owner_id = account.id AND has_rest
          AND expires_at <= clock_timestamp()), 0) AS available
      FROM identity.accounts AS account WHERE account.id = ANY (${ids}::uuid[])
    )
    UPDATE identity.accounts AS account SET low_balance_armed = (now.available >= account.low_balance_credits)
    FROM now WHERE account.id = now.id
      AND account.low_balance_armed <> (now.available >= account.low_balance_credits)
    RETURNING account.id, account.name, account.low_balance_credits::float8 AS threshold,
      now.available::float8 AS available, account.low_balance_armed AS armed`.execute(sql);
  return rows.filter(({ armed }) => !armed);
}

async function tellManagers(sql: Tx, { id, name, threshold, available }: Crossing): Promise<void> {
  const managers = await sql
    .selectFrom('identity.memberships as member')
    .innerJoin('identity.users as user', 'user.id', 'member.user_id')
    .select('user.email')
    .where('member.account_id', '=', id)
    .where('member.role', 'in', ['owner', 'admin'])
    .where('user.email_verified_at', 'is not', null)
    .where('user.disabled_at', 'is', null)
    .limit(100)
    .execute();
  for (const { email } of managers) {
    await addMail(sql, {
      to: email,
      subject: `${name} has ${available} credits left`,
      text: `The account ${name} can spend ${available} credits now, which is below the ${threshold} that you wanted to be told at.\nAdd credits, or change this alert in the settings of the account.`,
    });
  }
}
