import { Inject, Injectable } from '@nestjs/common';
import { sql as raw } from 'kysely';
import { platformSettingsSchema, type PlatformSettings } from '@shotloom/contracts';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError, type Clock } from '@shotloom/kernel';
import type { IdentityTables } from '../identity/schema/tables';
import { CLOCK, DATABASE } from './parts';

/** Another replica's change is known here after this. Milliseconds. */
const CACHE_MS = 1_000;

type Tx = UnitOfWork<IdentityTables>['sql'];

export interface KnownSettings extends PlatformSettings {
  /** Grows with every change. */
  readonly version: number;
}

/** What admins have set for the whole platform. */
@Injectable()
export class Settings {
  private kept: { readonly settings: Promise<KnownSettings>; readonly until: number } | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** At most a second old. */
  current(): Promise<KnownSettings> {
    const now = this.clock.now().getTime();
    if (this.kept && this.kept.until > now) return this.kept.settings;
    const settings = readSettings(this.database.sql);
    this.kept = { settings, until: now + CACHE_MS };
    // A failure is not kept: the next caller asks again.
    settings.catch(() => {
      if (this.kept?.settings === settings) this.kept = undefined;
    });
    return settings;
  }

  /** The next question is answered from the table. */
  forget(): void {
    this.kept = undefined;
  }

  /** Throws `unavailable` with `Retry-After` while the platform takes no new work. */
  async refuseInMaintenance(): Promise<void> {
    const { maintenance } = await this.current();
    if (!maintenance) return;
    throw new AppError('unavailable', maintenance.message, {
      retryable: true,
      retryAfterMs: maintenance.retry_after_seconds * 1_000,
    });
  }

  /** Throws `unavailable` where an admin has switched uploads off. */
  async refuseUploads(): Promise<void> {
    const { uploads } = await this.current();
    if (uploads) return;
    throw new AppError('unavailable', 'Uploads are switched off for now; ask the operator.', {
      retryable: true,
      retryAfterMs: 60_000,
    });
  }
}

/** Locked until the transaction's end, so that two changes follow each other. */
export async function lockSettings(sql: Tx): Promise<KnownSettings> {
  return readSettings(sql, true);
}

export async function writeSettings(sql: Tx, settings: PlatformSettings): Promise<void> {
  const kept = platformSettingsSchema.parse(settings);
  await sql
    .updateTable('identity.platform_settings')
    .set({ settings: JSON.stringify(kept), version: raw<number>`version + 1`, changed_at: raw<Date>`now()` })
    .execute();
}

async function readSettings(
  executor: Database<IdentityTables>['sql'] | Tx,
  lock = false,
): Promise<KnownSettings> {
  const query = executor.selectFrom('identity.platform_settings').select(['settings', 'version']);
  const { settings, version } = await (lock ? query.forUpdate() : query).executeTakeFirstOrThrow();
  return { ...platformSettingsSchema.parse(settings), version };
}
