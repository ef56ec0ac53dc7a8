import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import type { JobsSchema } from '../schema/tables';
import { dispatchPass } from './dispatch';
import type { SchedulerLimits } from './pick-jobs';

/** Runs passes when something may have become possible, and at each sweep for what nobody announced. */
export class Scheduler {
  private readonly wanted = new Set<string>();
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly deps: {
      database: Database<JobsSchema>;
      limits: SchedulerLimits;
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

  async stop(): Promise<void> {
    this.stopped = true;
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
    const { database, limits, logger } = this.deps;
    try {
      const started = await database.run((tx) => dispatchPass(tx, provider, limits));
      if (started === limits.batch) this.wanted.add(provider);
      if (started) logger.debug({ provider, started }, 'attempts started');
    } catch (error) {
      logger.error({ err: error, provider }, 'a scheduler pass failed; the next sweep tries again');
    }
  }
}
