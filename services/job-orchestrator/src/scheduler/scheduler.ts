import { providerSpec } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import type { JobsSchema } from '../schema/tables';
import type { CredentialDirectory, KnownCredentials } from './credential-directory';
import { schedulerPass, type PassResult } from './pass';
import type { Estimate } from '../spend/reserve';
import type { SchedulerLimits } from './provider-limits';
import { repairLanes } from './repair-lanes';

/** Where another replica is at it, it may have looked before our change was there: looked at again after this. Milliseconds. */
const AGAIN_MS = 50;

/** Runs passes when something may have become possible, and at each sweep for what nobody announced. */
export class Scheduler {
  private readonly wanted = new Set<string>();
  private readonly again = new Map<string, NodeJS.Timeout>();
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
    if (this.stopped) return;
    this.wanted.add(provider);
    this.running ??= this.work().finally(() => {
      this.running = undefined;
    });
  }

  /** One bounded step of putting right what lanes and slots should be; for the sweep. */
  async repair(provider: string): Promise<void> {
    const { database, limits, logger } = this.deps;
    const repaired = await database.run((tx) => repairLanes(tx, provider, limits));
    if (repaired > 0) logger.debug({ provider, repaired }, 'lanes were put right');
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.again.values()) clearTimeout(timer);
    await this.running;
  }

  private async work(): Promise<void> {
    for (let provider = this.next(); provider !== undefined; provider = this.next()) {
      await this.passes(provider);
    }
  }

  private next(): string | undefined {
    if (this.stopped) return undefined;
    const provider = [...this.wanted][0];
    if (provider !== undefined) this.wanted.delete(provider);
    return provider;
  }

  private async passes(provider: string): Promise<void> {
    try {
      const result = await this.pass(provider);
      if (result === null) this.wakeLater(provider);
      else this.tell(provider, result);
      // Last in the set, so that a provider with a long queue does not keep the others waiting.
      if (result?.more === true) this.wanted.add(provider);
    } catch (error) {
      this.deps.logger.error({ err: error, provider }, 'a scheduler pass failed; the next sweep tries again');
    }
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

  private wakeLater(provider: string): void {
    if (this.stopped || this.again.has(provider)) return;
    const timer = setTimeout(() => {
      this.again.delete(provider);
      this.wake(provider);
    }, AGAIN_MS);
    this.again.set(provider, timer);
  }
}
