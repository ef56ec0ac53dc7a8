import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { sql } from 'kysely';
import type { Bus, Subscription } from '@shotloom/bus';
import {
  catalogueChangedV1,
  catalogueRpc,
  subjects,
  type Catalogue,
  type ModelSpec,
} from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { AppError, newId } from '@shotloom/kernel';
import type { HealthRegistry, Logger } from '@shotloom/service-kit';
import type { IdentityTables } from '../identity/schema/tables';
import { BUS, CATALOGUE, DATABASE, HEALTH, LOGGER } from '../platform/parts';
import { Settings } from '../platform/settings';
import { effectiveModels, type CatalogueRows } from './effective-models';

/** How often the tables are read without a word that anything has changed: prices begin by themselves. Milliseconds. */
const SWEEP_MS = 15_000;
/** More models than this of the operator's own are not read. */
const MOST_ROWS = 1_000;

/**
 * Keeps this process's catalogue as the tables say, and tells job-orchestrator. Until they were read once nothing is offered: the
 * release's own list could have a price that the operator has changed.
 */
@Injectable()
export class CatalogueStore implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly base: readonly ModelSpec[];
  private loaded = false;
  private timer: NodeJS.Timeout | undefined;
  private subscription: Subscription | undefined;
  private reading: Promise<void> | undefined;
  private complained = '';

  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(HEALTH) private readonly health: HealthRegistry,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly settings: Settings,
  ) {
    this.base = catalogue.list();
  }

  async onApplicationBootstrap(): Promise<void> {
    this.health.add('catalogue', () =>
      this.loaded ? Promise.resolve() : Promise.reject(new Error('the catalogue was not read yet')),
    );
    this.subscription = this.bus.subscribe(catalogueChangedV1, subjects.catalogueChanged, () =>
      this.refresh(),
    );
    this.bus.respond(catalogueRpc, async () => {
      await this.ready();
      return { models: [...this.catalogue.list()] };
    });
    await this.refresh();
    this.timer = setInterval(() => void this.refresh(), SWEEP_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
    this.subscription?.unsubscribe();
  }

  /** Throws `unavailable` where the tables could not be read yet. */
  async ready(): Promise<void> {
    if (!this.loaded) await this.refresh();
    if (this.loaded) return;
    const message = 'The models cannot be read now; try again in a moment.';
    throw new AppError('unavailable', message, { retryable: true, retryAfterMs: 1_000 });
  }

  /** After a change here: what this process offers is what was saved, and the others hear of it. */
  async changed(model: string): Promise<void> {
    await this.reading;
    await this.refresh();
    this.bus.emit(
      catalogueChangedV1,
      { model },
      { subject: subjects.catalogueChanged, correlationId: newId() },
    );
  }

  /** Never rejects; what was known last counts until it succeeds. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  private async read(): Promise<void> {
    try {
      const { models, unreadable } = effectiveModels(this.base, await readRows(this.database));
      const { providers_off: off } = await this.settings.current();
      this.catalogue.replace(models, new Set(off));
      this.loaded = true;
      const complaint = unreadable.join(', ');
      if (complaint !== '' && complaint !== this.complained) {
        this.logger.error(
          { models: complaint },
          'models cannot be read by this release and are not offered; save them again',
        );
      }
      this.complained = complaint;
    } catch (error) {
      this.logger.warn({ err: error }, 'the catalogue could not be read; the last one is used');
    }
  }
}

async function readRows({ sql: executor }: Database<IdentityTables>): Promise<CatalogueRows> {
  const overrides = await sql<CatalogueRows['overrides'][number]>`
    select distinct on (model) model, spec from identity.model_overrides where valid_from <= now()
    order by model, valid_from desc, id desc limit ${MOST_ROWS}`.execute(executor);
  const prices = await sql<CatalogueRows['prices'][number]>`
    select distinct on (model) model, price from identity.prices where valid_from <= now()
    order by model, valid_from desc, id desc limit ${MOST_ROWS}`.execute(executor);
  return { overrides: overrides.rows, prices: prices.rows };
}
