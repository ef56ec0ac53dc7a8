import {
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import type { Database } from '@shotloom/database';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';
import type { Config } from '../config';
import type { IdentityTables } from '../identity/schema/tables';
import { tellCredits } from '../credits/credit-news';
import { BUS, CONFIG, DATABASE, LOGGER, METRICS } from '../platform/parts';
import { Billing } from './billing';
import { BillingController } from './billing.controller';

/** Lets the sweep run again and again, with some jitter between replicas. */
@Injectable()
class SweepTimer implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly billing: Billing,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.billing.isOn) this.schedule();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(): void {
    if (this.stopped) return;
    const wait = this.config.BILLING_SWEEP_SECONDS * 1000 * (0.8 + 0.4 * Math.random());
    this.timer = setTimeout(() => {
      this.running = this.billing.on.sweep.run().then(() => this.schedule());
    }, wait).unref();
  }
}

@Module({
  controllers: [BillingController],
  providers: [
    {
      provide: Billing,
      useFactory: (
        config: Config,
        metrics: MetricsRegistry,
        logger: Logger,
        database: Database<IdentityTables>,
        bus: Bus,
      ): Billing =>
        Billing.open({
          ...{ config, metrics, logger, database },
          onApplied: (work, accountId) => tellCredits(bus, work, { accountIds: [accountId] }),
        }),
      inject: [CONFIG, METRICS, LOGGER, DATABASE, BUS],
    },
    SweepTimer,
  ],
  exports: [Billing],
})
export class BillingModule {}
