import { sql } from 'kysely';
import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import type { JobsSchema } from '../schema/tables';

/** How often it is looked what is left of providers that are switched off. Milliseconds. */
const LOOK_MS = 30_000;

/**
 * Providers whose lanes and slots are kept in order: those that are switched on, and those that were, as long as anything is counted for
 * them. A user's plan counts over all providers, so what has ended at one of them would otherwise take its place for ever.
 */
export class SweptProviders {
  private left: readonly string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly database: Pick<Database<JobsSchema>, 'sql'>,
    private readonly enabled: readonly string[],
    private readonly logger: Logger,
  ) {}

  get list(): readonly string[] {
    return [...this.enabled, ...this.left];
  }

  start(): void {
    this.looking = this.look().finally(() => {
      if (!this.stopped) this.timer = setTimeout(() => this.start(), LOOK_MS).unref();
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  /** Never rejects. */
  private async look(): Promise<void> {
    try {
      const { rows } = await sql<{ provider: string }>`
        SELECT provider FROM jobs.provider_state AS state
        WHERE provider <> ALL (${this.enabled}::text[])
          AND (EXISTS (SELECT FROM jobs.lanes WHERE provider = state.provider AND running > 0)
            OR EXISTS (SELECT FROM jobs.attempts WHERE provider = state.provider AND holds_slot))`.execute(
        this.database.sql,
      );
      this.left = rows.map(({ provider }) => provider);
    } catch (error) {
      this.logger.warn({ err: error }, 'what is left of providers that are switched off could not be read');
    }
  }
}
