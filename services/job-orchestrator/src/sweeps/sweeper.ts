import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import { forgetUnfinishedBatches } from '../batches/collect-batch';
import { forgetOldHours } from '../jobs/accept-generations';
import { forgetOldKeys } from '../jobs/idempotency';
import type { OrchestratorMetrics } from '../metrics';
import type { Fallbacks } from '../attempts/fail-attempt';
import type { ModelClock } from '../models/model-clock';
import { bringBackWindows } from '../requests/create-windows';
import type { Scheduler } from '../scheduler/scheduler';
import type { SweptProviders } from '../scheduler/swept-providers';
import type { JobsSchema } from '../schema/tables';
import { LedgerWalk } from './ledger-walk';
import { OldDrafts } from './old-drafts';
import { moveOverdueAttempts } from './overdue-attempts';
import { repairTimers } from './repair-timers';

/** What need not be done at each sweep: the usual times of models, keys past their day, a step over the ledger. */
const SLOW_EVERY_MS = 5_000;
/** What reads every attempt in flight. */
const RARE_EVERY_MS = 60_000;

/** The slow, sure way: looks at rows at a steady pace, so that nothing depends on a wake-up that may be lost. */
export class Sweeper {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  private slowAt = 0;
  private rareAt = 0;
  private readonly ledger: LedgerWalk;
  private readonly drafts: OldDrafts;

  constructor(
    private readonly deps: {
      database: Database<JobsSchema>;
      scheduler: Scheduler;
      models: ModelClock;
      fallbacks: Fallbacks;
      swept: SweptProviders;
      everyMs: number;
      draftDays: number;
      metrics: OrchestratorMetrics;
      logger: Logger;
    },
  ) {
    this.ledger = new LedgerWalk(deps.database, deps.logger);
    this.drafts = new OldDrafts(deps.database, deps.draftDays);
  }

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
    const { database, scheduler, fallbacks, swept, metrics, logger } = this.deps;
    const providers = swept.list;
    try {
      metrics.stuck.set(await moveOverdueAttempts({ database, fallbacks, logger }));
      for (const provider of providers) await scheduler.repair(provider);
      if (Date.now() >= this.slowAt) await this.upkeep();
    } catch (error) {
      logger.error({ err: error }, 'a sweep failed; the next one tries again');
    }
    for (const provider of providers) scheduler.wake(provider);
  }

  private async upkeep(): Promise<void> {
    const { database, models, metrics, logger } = this.deps;
    this.slowAt = Date.now() + SLOW_EVERY_MS;
    await models.flush();
    await forgetOldKeys(database);
    await forgetOldHours(database);
    await forgetUnfinishedBatches(database);
    await bringBackWindows(database.sql);
    await this.removeOldDrafts();
    await this.ledger.stepWhenDue();
    metrics.violations.set(this.ledger.violations);
    metrics.unchecked.set(this.ledger.unchecked);
    metrics.walkSeconds.set(this.ledger.seconds);
    if (Date.now() < this.rareAt) return;
    this.rareAt = Date.now() + RARE_EVERY_MS;
    const repaired = await repairTimers(database);
    if (repaired > 0) logger.warn({ repaired }, 'attempts waited for nobody; their vendors are asked again');
  }

  private async removeOldDrafts(): Promise<void> {
    const { draftDays, logger } = this.deps;
    const removed = await this.drafts.step();
    if (removed > 0) logger.info({ removed, draftDays }, 'drafts that nobody has run were removed');
  }
}
