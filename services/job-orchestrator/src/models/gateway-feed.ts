import {
  catalogueChangedV1,
  catalogueRpc,
  credentialsChangedV1,
  subjects,
  type Catalogue,
} from '@shotloom/contracts';
import type { Bus, Subscription } from '@shotloom/bus';
import type { Logger } from '@shotloom/service-kit';
import type { CredentialDirectory } from '../scheduler/credential-directory';
import type { Scheduler } from '../scheduler/scheduler';

/** How often the gateway is asked without a word that anything has changed. Milliseconds. */
const SWEEP_MS = 30_000;

/**
 * Keeps what the gateway decides up to date here: which models there are, and which keys. A change is announced, and asked for at a
 * slow pace besides, since an announcement may be lost. While the gateway cannot be asked, the last that was known counts: at first
 * the models of this release.
 */
export class GatewayFeed {
  private timer: NodeJS.Timeout | undefined;
  private subscriptions: Subscription[] = [];
  private asking: Promise<void> | undefined;

  constructor(
    private readonly deps: {
      readonly bus: Bus;
      readonly catalogue: Catalogue;
      readonly credentials: CredentialDirectory;
      readonly scheduler: Scheduler;
      readonly logger: Logger;
    },
  ) {}

  start(): void {
    const { bus, credentials, scheduler } = this.deps;
    this.subscriptions = [
      bus.subscribe(catalogueChangedV1, subjects.catalogueChanged, () => this.refresh()),
      bus.subscribe(credentialsChangedV1, subjects.credentialsChanged, async ({ provider }) => {
        credentials.forget(provider);
        await credentials.renewed(provider);
        scheduler.wake(provider);
      }),
    ];
    this.timer = setInterval(() => void this.refresh(), SWEEP_MS);
    void this.refresh();
  }

  /** Asks for the models. Never rejects; questions that come while one is under way share its answer. */
  refresh(): Promise<void> {
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
    });
    return this.asking;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    await this.asking;
  }

  private async ask(): Promise<void> {
    const { bus, catalogue, logger } = this.deps;
    try {
      catalogue.replace((await bus.request(catalogueRpc, {})).models);
    } catch (error) {
      logger.debug({ err: error }, 'the catalogue could not be had; the last one is used');
    }
  }
}
