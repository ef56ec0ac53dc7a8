import { setTimeout as delay } from 'node:timers/promises';
import { Pace, type PaceOptions } from '@shotloom/kernel';
import { providerSpec } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import type { JobsSchema } from '../schema/tables';
import type { CredentialDirectory, KnownCredentials } from './credential-directory';
import { schedulerPass, type PassResult } from './pass';
import type { Estimate } from '../spend/reserve';
import type { SchedulerLimits } from './provider-limits';
import { anyWaitingQuery } from './ready-lanes';
import { repairLanes } from './repair-lanes';

/** Where another replica is at it, it may have looked before our change was there: looked at again after this. Milliseconds. */
const AGAIN_MS = 50;
/** A key that gets one call after the other is looked at for several. Milliseconds. */
const SOONEST_MS = 250;
/** Sweeps look oftener than this, so that a wait of hours needs no timer. Milliseconds. */
const LATEST_MS = 60_000;
/** Under load passes of a provider keep a distance, so that one serves all that came meanwhile. */
const PASSES = { leastMs: 8, mostMs: 40 };
/**
 * A step of repair reads what its users have in flight, under the lock that passes take too, and nothing depends on it while all goes
 * well: it may have a fiftieth of the time.
 */
const REPAIRS = { leastMs: 0, mostMs: 30_000, times: 50 };

/** Why a pass is wanted: for good reason, or since attempts of these users have ended. */
type Wanted = 'pass' | Set<string>;

/** Runs passes when something may have become possible, and at each sweep for what nobody announced. */
export class Scheduler {
  private readonly wanted = new Map<string, Wanted>();
  private readonly paces = new Map<string, Pace>();
  private readonly repairPaces = new Map<string, Pace>();
  private readonly again = new Map<string, { readonly at: number; readonly timer: NodeJS.Timeout }>();
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly deps: {
      database: Database<JobsSchema>;
      limits: SchedulerLimits;
      credentials: CredentialDirectory;
      /** What a job will cost at its vendor. */
      estimate: Estimate;
      logger: Logger;
    },
  ) {}

  /** Cheap and safe to call from anywhere: many wakes become one pass. */
  wake(provider: string): void {
    this.want(provider, 'pass');
  }

  /** An attempt of this user has ended: looks whether anybody waits for its place before a pass is made for it. */
  freed(provider: string, ownerUserId: string): void {
    const wanted = this.wanted.get(provider);
    if (wanted === 'pass') return;
    this.want(provider, (wanted ?? new Set()).add(ownerUserId));
  }

  private want(provider: string, wanted: Wanted): void {
    if (this.stopped) return;
    this.wanted.set(provider, wanted);
    this.running ??= this.work().finally(() => {
      this.running = undefined;
    });
  }

  /** One bounded step of putting right what lanes and slots should be, unless it is too early for one; for the sweep. */
  async repair(provider: string): Promise<void> {
    const { database, limits, logger } = this.deps;
    const pace = paceIn(this.repairPaces, provider, REPAIRS);
    if (pace.earlyMs > 0) return;
    const ended = pace.start();
    const repaired = await database.run((tx) => repairLanes(tx, provider, limits)).finally(ended);
    if (repaired > 0) logger.debug({ provider, repaired }, 'lanes were put right');
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const { timer } of this.again.values()) clearTimeout(timer);
    await this.running;
  }

  private async work(): Promise<void> {
    for (let provider = this.next(); provider !== undefined; provider = this.next()) {
      const early = paceIn(this.paces, provider, PASSES).earlyMs;
      if (early > 0) await delay(early);
      const wanted = this.wanted.get(provider);
      this.wanted.delete(provider);
      if (wanted !== undefined && !this.stopped) await this.passes(provider, wanted);
    }
  }

  private next(): string | undefined {
    return this.stopped ? undefined : [...this.wanted.keys()][0];
  }

  private async passes(provider: string, wanted: Wanted): Promise<void> {
    try {
      if (wanted !== 'pass' && !(await this.anyWaiting(provider, wanted))) return;
      const ended = paceIn(this.paces, provider, PASSES).start();
      const result = await this.pass(provider).finally(ended);
      if (result === null) this.wakeLater(provider, AGAIN_MS);
      else this.tell(provider, result);
      if (result && result.nextInMs !== null) {
        this.wakeLater(provider, Math.min(LATEST_MS, Math.max(SOONEST_MS, result.nextInMs)));
      }
      // Last in the set, so that a provider with a long queue does not keep the others waiting.
      if (result?.more === true) this.wanted.set(provider, 'pass');
    } catch (error) {
      this.deps.logger.error({ err: error, provider }, 'a scheduler pass failed; the next sweep tries again');
    }
  }

  /** The place is taken back by the next pass, be it that of the next sweep. */
  private async anyWaiting(provider: string, owners: ReadonlySet<string>): Promise<boolean> {
    const { rows } = await anyWaitingQuery(provider, [...owners]).execute(this.deps.database.sql);
    return rows[0]?.any === true;
  }

  private async pass(provider: string): Promise<PassResult | null> {
    const { database, limits, estimate } = this.deps;
    const credentials = this.keysOf(provider);
    return database.run((tx) => schedulerPass(tx, { provider, limits, credentials, estimate }));
  }

  /** As they are known: neither a transaction nor the passes of other providers wait for another service. */
  private keysOf(provider: string): KnownCredentials | undefined {
    if (providerSpec(provider).kind === 'lease') return undefined;
    const { credentials } = this.deps;
    const known = credentials.peek(provider);
    if (!known) void credentials.of(provider).then((found) => found && this.wake(provider));
    return known;
  }

  private tell(provider: string, { started, reason, news }: PassResult): void {
    const { logger } = this.deps;
    if (started > 0) logger.debug({ provider, started }, 'attempts started');
    if (news && reason !== null) logger.info({ provider, reason }, 'jobs wait although they could start');
  }

  /** The earliest wake holds; each pass finds out anew when the next one should be. */
  private wakeLater(provider: string, inMs: number): void {
    const [at, known] = [performance.now() + inMs, this.again.get(provider)];
    if (this.stopped || (known && known.at <= at)) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => {
      this.again.delete(provider);
      this.wake(provider);
    }, inMs);
    this.again.set(provider, { at, timer });
  }
}

function paceIn(paces: Map<string, Pace>, provider: string, options: PaceOptions): Pace {
  const known = paces.get(provider) ?? new Pace(options);
  paces.set(provider, known);
  return known;
}
