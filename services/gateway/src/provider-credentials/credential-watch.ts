import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import { balanceRpc, credentialSpendRpc } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import type { IdentityTables } from '../identity/schema/tables';
import { addMail } from '../mail/mails';
import { BUS, DATABASE, LOGGER } from '../platform/parts';
import { Settings } from '../platform/settings';
import { balanceAlert, spendAlerts, type Alert, type Watched } from './credential-alerts';
import { purgeCredentials } from './purge-credentials';

/** How often spend is looked at, and how often balances are, which costs a call at each vendor. Milliseconds. */
const SPEND_MS = 60_000;
const BALANCE_MS = 1_800_000;
const MOST = 200;
const MOST_ADDRESSES = 20;

/**
 * Watches what the operator's keys spend and have left, and tells people by mail, once for each threshold and period, whichever
 * replica sees it first. It also takes away secrets that nothing needs any more.
 */
@Injectable()
export class CredentialWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timers: NodeJS.Timeout[] = [];
  private working: Promise<void> = Promise.resolve();

  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly settings: Settings,
  ) {}

  onApplicationBootstrap(): void {
    this.timers = [
      setInterval(() => this.after(() => this.watchSpend()), SPEND_MS),
      setInterval(() => this.after(() => this.watchBalances()), BALANCE_MS),
    ];
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.working;
  }

  /** Mails of caps that were reached in part or whole, and secrets that may go. */
  async watchSpend(): Promise<void> {
    await purgeCredentials(this.database, this.bus);
    const watched = (await this.watched()).filter(
      ({ dayCap, monthCap }) => dayCap !== null || monthCap !== null,
    );
    if (watched.length === 0) return;
    const { day, credentials } = await this.bus.request(credentialSpendRpc, {
      credentialIds: watched.map(({ id }) => id),
    });
    const spent = new Map(credentials.map((spend) => [spend.credentialId, spend]));
    await this.send(watched.flatMap((one) => spendAlerts(one, spent.get(one.id), day)));
  }

  /** Mails of vendors' accounts that are nearly empty. One vendor that does not answer keeps no other from being asked. */
  async watchBalances(): Promise<void> {
    const today = new Date().toISOString().slice(0, 10);
    for (const one of await this.watched()) {
      if (one.lowBalance === null) continue;
      try {
        const { balance } = await this.bus.request(balanceRpc(one.provider), {
          id: one.id,
          version: one.version,
        });
        const alert = balance && balanceAlert(one, balance.lines, today);
        if (alert) await this.send([alert]);
      } catch (error) {
        this.logger.warn(
          { err: error, provider: one.provider, credentialId: one.id },
          'a balance could not be read',
        );
      }
    }
  }

  private after(work: () => Promise<void>): void {
    this.working = this.working.then(work).catch((error: unknown) => {
      this.logger.warn(
        { err: error },
        'the keys of providers could not be watched; the next round tries again',
      );
    });
  }

  private async watched(): Promise<Watched[]> {
    const rows = await this.database.sql
      .selectFrom('identity.provider_credentials')
      .selectAll()
      .where('owner_user_id', 'is', null)
      .where('deleted_at', 'is', null)
      .orderBy('id')
      .limit(MOST)
      .execute();
    const number = (value: string | number | null): number | null => (value === null ? null : Number(value));
    return rows.map((row) => ({
      ...{ id: row.id, name: row.name, provider: row.provider, version: row.current_version },
      ...{ dayCap: number(row.day_cap_micros), monthCap: number(row.month_cap_micros) },
      ...{ percents: row.alert_percents, lowBalance: number(row.low_balance) },
    }));
  }

  private async send(alerts: readonly Alert[]): Promise<void> {
    if (alerts.length === 0) return;
    const addresses = await this.addresses();
    await this.database.run(async ({ sql }) => {
      for (const { key, subject, text } of alerts) {
        for (const to of addresses) await addMail(sql, { to, subject, text, dedupeKey: `${key}:${to}` });
      }
    });
  }

  /** Who was named; else everybody who runs the platform. */
  private async addresses(): Promise<readonly string[]> {
    const { alert_addresses: named } = await this.settings.current();
    if (named.length > 0) return named;
    const rows = await this.database.sql
      .selectFrom('identity.users')
      .select('email')
      .where('role', 'in', ['operator', 'admin'])
      .where('disabled_at', 'is', null)
      .orderBy('created_at')
      .limit(MOST_ADDRESSES)
      .execute();
    return rows.map(({ email }) => email);
  }
}
