import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { AppError, type Clock } from '@shotloom/kernel';
import type { IdentityTables } from '../identity/schema/tables';
import { CLOCK, DATABASE } from '../platform/parts';

/** What a caller may do, by the plan of the account that pays, and what the account and the key allow. */
export interface Limits {
  readonly planId: string;
  /** Grows with each change of the plan. */
  readonly version: number;
  /** Grows with each change of which plan it is. */
  readonly accountVersion: number;
  /** Attempts in flight of one user, over all providers and at one; null: what the installation allows. */
  readonly concurrency: number | null;
  readonly perProvider: number | null;
  /** 1 to 8, the share where others wait too. */
  readonly weight: number;
  /** Null: no limit, here and below. */
  readonly generationsPerHour: number | null;
  readonly requestsPerSecond: number | null;
  readonly uploadImageMaxBytes: number | null;
  readonly uploadVideoMaxBytes: number | null;
  readonly uploadVideoMaxSeconds: number | null;
  readonly storageQuotaBytes: number | null;
  /** Credits in a calendar month (UTC). */
  readonly memberMonthlyCredits: number | null;
  readonly keyMonthlyCredits: number | null;
  /** Under which the key's month is counted: its first one, whatever it was rotated to since. Null without a key. */
  readonly budgetKeyId: string | null;
}

interface Cached {
  readonly limits: Promise<Limits>;
  readonly at: number;
}

/** A change of a plan, a member or a key holds after this at the latest, on every replica. Milliseconds. */
const FRESH_MS = 1_000;
/** For how fast somebody may ask, older is good enough while it is read anew. Milliseconds. */
const STALE_MS = 60_000;
const CACHE_SIZE = 20_000;

type Who = Pick<Principal, 'userId' | 'accountId' | 'keyId'>;

/** Tells what a caller may do. Read at most once a second for each account, user and key. */
@Injectable()
export class AccountLimits {
  private readonly known = new Map<string, Cached>();

  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** At most a second old. Throws `forbidden` for somebody who is no member of the account any more. */
  of(who: Who): Promise<Limits> {
    const cached = this.known.get(nameOf(who));
    return cached && this.age(cached) < FRESH_MS ? cached.limits : this.read(who);
  }

  /** The same, up to a minute old for those who were known before, so that nobody waits for it. */
  async recent(who: Who): Promise<Limits> {
    const cached = this.known.get(nameOf(who));
    if (!cached || this.age(cached) >= STALE_MS) return this.read(who);
    if (this.age(cached) >= FRESH_MS) void this.read(who, cached).catch(() => undefined);
    return cached.limits;
  }

  /** Reads them anew at the next question: something of this account was changed here. */
  forget(accountId: string): void {
    for (const name of this.known.keys()) if (name.startsWith(accountId)) this.known.delete(name);
  }

  private age({ at }: Cached): number {
    return this.clock.now().getTime() - at;
  }

  private read(who: Who, fallback?: Cached): Promise<Limits> {
    const name = nameOf(who);
    const limits = this.lookUp(who);
    // A full map is a burst of callers, and forgetting them all costs one lookup each.
    if (this.known.size >= CACHE_SIZE) this.known.clear();
    const entry: Cached = { limits, at: this.clock.now().getTime() };
    this.known.set(name, entry);
    limits.catch(() => {
      if (this.known.get(name) !== entry) return;
      if (fallback) this.known.set(name, fallback);
      else this.known.delete(name);
    });
    return limits;
  }

  private async lookUp({ userId, accountId, keyId }: Who): Promise<Limits> {
    const row = await this.database.sql
      .selectFrom('identity.memberships as member')
      .innerJoin('identity.accounts as account', 'account.id', 'member.account_id')
      .innerJoin('identity.plans as plan', 'plan.id', 'account.plan_id')
      .leftJoin('identity.api_keys as key', (join) =>
        join
          .on('key.id', '=', keyId)
          .onRef('key.account_id', '=', 'member.account_id')
          .onRef('key.owner_user_id', '=', 'member.user_id'),
      )
      .selectAll('plan')
      .select(['member.monthly_credit_limit as member_credits', 'key.monthly_credit_limit as key_credits'])
      .select((where) => where.fn.coalesce('key.root_key_id', 'key.id').as('budget_key_id'))
      .select('account.limits_version as account_version')
      .where('member.account_id', '=', accountId)
      .where('member.user_id', '=', userId)
      .executeTakeFirst();
    if (!row) {
      throw new AppError('forbidden', 'You are not a member of this account any more; switch to another.');
    }
    const { unlimited } = row;
    return {
      planId: row.id,
      version: Number(row.limits_version),
      accountVersion: Number(row.account_version),
      concurrency: unlimited ? null : row.concurrency,
      perProvider: unlimited ? null : row.per_provider_concurrency,
      weight: Number(row.weight),
      generationsPerHour: unlimited ? null : row.generations_per_hour,
      requestsPerSecond: unlimited ? null : row.requests_per_second,
      uploadImageMaxBytes: toNumber(row.upload_image_max_bytes),
      uploadVideoMaxBytes: toNumber(row.upload_video_max_bytes),
      uploadVideoMaxSeconds: row.upload_video_max_seconds,
      storageQuotaBytes: toNumber(row.storage_quota_bytes),
      memberMonthlyCredits: toNumber(row.member_credits),
      keyMonthlyCredits: toNumber(row.key_credits),
      budgetKeyId: row.budget_key_id,
    };
  }
}

const toNumber = (value: string | number | null): number | null => (value === null ? null : Number(value));

const nameOf = ({ accountId, userId, keyId }: Who): string => `${accountId} ${userId} ${keyId ?? ''}`;
