import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import { checkInvariants } from '@shotloom/ledger';
import { forgetOldKeys } from '../jobs/idempotency';
import type { OrchestratorMetrics } from '../metrics';
import type { Fallbacks } from '../attempts/fail-attempt';
import type { ModelClock } from '../models/model-clock';
import type { Scheduler } from '../scheduler/scheduler';
import type { JobsSchema } from '../schema/tables';
import { moveOverdueAttempts } from './overdue-attempts';

/** What reads more than a few rows is done at this pace. */
const SLOW_EVERY_MS = 600_000;
/** How long it takes until all replicas know how long models take. */
const FLUSH_EVERY_MS = 5_000;

/** The slow, sure way: looks at rows at a steady pace, so that nothing depends on a wake-up that may be lost. */
export class Sweeper {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  private slowAt = 0;
  private flushAt = 0;

  constructor(
    private readonly deps: {
      database: Database<JobsSchema>;
      scheduler: Scheduler;
      models: ModelClock;
      fallbacks: Fallbacks;
      providers: readonly string[];
      everyMs: number;
      metrics: OrchestratorMetrics;
      logger: Logger;
    },
  ) {}

  start(): void {
    this.timer = setTimeout(() => {
      this.running = this.sweep().finally(() => {
        if (!this.stopped) this.start();
      });
    }, this.deps.everyMs);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async sweep(): Promise<void> {
    const { database, scheduler, models, fallbacks, providers, metrics, logger } = this.deps;
    try {
      metrics.stuck.set(await moveOverdueAttempts({ database, fallbacks, logger }));
      if (Date.now() >= this.flushAt) {
        await models.flush();
        this.flushAt = Date.now() + FLUSH_EVERY_MS;
      }
      for (const provider of providers) await scheduler.repair(provider);
      if (Date.now() >= this.slowAt) {
        await database.run((tx) => forgetOldKeys(tx));
        metrics.violations.set((await checkInvariants(database.sql)).length);
        this.slowAt = Date.now() + SLOW_EVERY_MS;
      }
    } catch (error) {
      logger.error({ err: error }, 'a sweep failed; the next one tries again');
    }
    for (const provider of providers) scheduler.wake(provider);
  }
}
