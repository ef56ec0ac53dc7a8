import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Counter } from 'prom-client';
import type { Principal } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';
import type { Config } from '../../config';
import type { IdentityTables } from '../../identity/schema/tables';
import { CONFIG, DATABASE, LOGGER, METRICS } from '../../platform/parts';
import { AccountLimits } from '../account-limits';
import { addressKey } from './address';
import { forgetFullBuckets, leaseTokens, type Rate } from './lease-tokens';
import { LeasedBuckets } from './leased-buckets';
import type { Counted } from './rate-headers';

/** What may be saved up: a client that opens a page asks for several things at once. Seconds of the rate. */
const BURST_SECONDS = 2;
const STRANGER_BURST_SECONDS = 4;
/** One key gets this part of its user's rate, so that a script that runs wild does not lock its user out of the console. */
const KEY_SHARE = 0.8;
const FAILURE_BURST_SECONDS = 10;
const SWEEP_MS = 300_000;

type CountedBy = Counted['name'] | 'failures';
const COUNTED_BY: readonly CountedBy[] = ['user', 'key', 'address', 'failures'];

const rateOf = (perSecond: number, seconds: number): Rate => ({
  perSecond,
  burst: Math.max(1, Math.round(perSecond * seconds)),
});

/** How fast callers and strangers may ask, counted together by all replicas. */
@Injectable()
export class RateLimits implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly buckets: LeasedBuckets;
  private readonly refused: Counter<'by'>;
  private readonly strangers: Rate;
  private readonly failures: Rate;
  private sweeping: NodeJS.Timeout | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(CONFIG) config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: MetricsRegistry,
    private readonly limits: AccountLimits,
  ) {
    this.strangers = rateOf(config.STRANGER_REQUESTS_PER_SECOND, STRANGER_BURST_SECONDS);
    this.failures = rateOf(config.STRANGER_REQUESTS_PER_SECOND, FAILURE_BURST_SECONDS);
    this.buckets = new LeasedBuckets({
      lease: (requests) => leaseTokens(database.sql, requests),
      now: () => performance.now(),
      replicas: config.RATE_LIMIT_REPLICAS,
      logger,
    });
    this.refused = new Counter({
      name: 'shotloom_rate_limited_total',
      help: 'Requests that were refused because somebody asked too fast, by what was counted',
      labelNames: ['by'],
      registers: [metrics],
    });
    // Shown from the start, so that the first of them is a rise.
    for (const by of COUNTED_BY) this.refused.inc({ by }, 0);
  }

  onApplicationBootstrap(): void {
    const sweep = (): void => {
      forgetFullBuckets(this.database.sql).catch((error: unknown) =>
        this.logger.warn({ err: error }, 'old rate limits could not be removed'),
      );
    };
    this.sweeping = setInterval(sweep, SWEEP_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweeping);
  }

  /** Counts a request of somebody known against the user in this account, and against the key. Empty where the plan has no limit. */
  async countCaller(principal: Principal): Promise<readonly Counted[]> {
    const { requestsPerSecond } = await this.limits.recent(principal);
    if (requestsPerSecond === null) return [];
    const { userId, accountId, keyId } = principal;
    const counted = [
      this.count('user', `user:${userId}:${accountId}`, rateOf(requestsPerSecond, BURST_SECONDS)),
    ];
    if (keyId !== null && principal.method === 'api_key') {
      const rate = rateOf(requestsPerSecond * KEY_SHARE, BURST_SECONDS);
      counted.push(this.count('key', `key:${keyId}`, rate));
    }
    return Promise.all(counted);
  }

  /** Counts a request of somebody unknown against the address that it came from. */
  async countStranger(address: string): Promise<readonly Counted[]> {
    return [await this.count('address', `address:${addressKey(address)}`, this.strangers)];
  }

  /** Whether too many credentials that are none came from there lately: then none is looked up for a while. */
  triedTooOften(address: string): boolean {
    return this.buckets.isDry(failuresOf(address));
  }

  async countFailure(address: string): Promise<void> {
    await this.buckets.take(failuresOf(address), this.failures);
  }

  /** The refusal that these mean, if any. */
  refusal(counted: readonly Counted[]): AppError | undefined {
    const worst = counted
      .filter(({ verdict }) => !verdict.allowed)
      .toSorted((a, b) => b.verdict.retryAfterMs - a.verdict.retryAfterMs)[0];
    if (!worst) return undefined;
    return this.refuse(worst.name, worst.verdict.retryAfterMs);
  }

  refuse(by: CountedBy, retryAfterMs: number): AppError {
    this.refused.inc({ by });
    return new AppError('rate_limited', SENTENCES[by], { retryable: true, retryAfterMs });
  }

  private async count(name: Counted['name'], key: string, rate: Rate): Promise<Counted> {
    return { name, rate, verdict: await this.buckets.take(key, rate) };
  }
}

const SENTENCES = {
  user: 'You ask faster than your plan allows; wait as Retry-After says, and ask less often.',
  key: 'This key asks faster than your plan allows one key; wait as Retry-After says, and ask less often.',
  address: 'Too many requests came from your address; wait as Retry-After says.',
  failures:
    'Too many credentials that are not valid came from your address; wait as Retry-After says, and check yours.',
} as const;

const failuresOf = (address: string): string => `failures:${addressKey(address)}`;
