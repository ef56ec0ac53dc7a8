import { sql } from 'kysely';
import type { Catalogue } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import type { JobsSchema } from '../schema/tables';
import { KEPT, timesOf, type ModelTimes } from './durations';

/** For a model that has left the catalogue and was never seen. Seconds. */
const UNKNOWN_SECONDS = 120;

/**
 * How long models really take, learned from what they deliver. What this replica sees is written by `flush`, so that no
 * transaction of a job waits for a row that all jobs of a model share; losing some of it costs a little accuracy.
 */
export class ModelClock {
  private readonly seen = new Map<string, number[]>();
  private known = new Map<string, ModelTimes>();

  constructor(
    private readonly database: Database<JobsSchema>,
    private readonly catalogue: Catalogue,
    private readonly logger: Logger,
  ) {}

  /** The model's times as of the last `flush`. */
  timesOf(model: string): ModelTimes {
    return this.known.get(model) ?? timesOf([], this.usual(model));
  }

  /** A video of the model took so long. Seconds. */
  observe(model: string, seconds: number): void {
    if (!Number.isFinite(seconds) || seconds < 0) return;
    const list = this.seen.get(model) ?? [];
    list.push(seconds);
    this.seen.set(model, list.slice(-KEPT));
  }

  /** Writes what was seen and reads what all replicas have seen. Never rejects. */
  async flush(): Promise<void> {
    const observed = [...this.seen];
    this.seen.clear();
    try {
      for (const [model, seconds] of observed) await this.write(model, seconds);
      const rows = await this.database.sql
        .selectFrom('jobs.model_stats')
        .select(['model', 'p50_seconds', 'p95_seconds'])
        .execute();
      this.known = new Map(rows.map((row) => [row.model, { p50: row.p50_seconds, p95: row.p95_seconds }]));
    } catch (error) {
      this.logger.warn({ err: error }, 'the usual times of models could not be kept; the old ones are used');
    }
  }

  private async write(model: string, seconds: readonly number[]): Promise<void> {
    await this.database.run(async (tx) => {
      const before = await tx.sql
        .selectFrom('jobs.model_stats')
        .select('recent')
        .where('model', '=', model)
        .forUpdate()
        .executeTakeFirst();
      const recent = [...(before?.recent ?? []), ...seconds].slice(-KEPT);
      const { p50, p95 } = timesOf(recent, this.usual(model));
      await sql`
        INSERT INTO jobs.model_stats (model, recent, p50_seconds, p95_seconds, finished)
        VALUES (${model}, ${recent}::real[], ${p50}, ${p95}, ${seconds.length})
        ON CONFLICT (model) DO UPDATE SET recent = excluded.recent, p50_seconds = excluded.p50_seconds,
          p95_seconds = excluded.p95_seconds, finished = jobs.model_stats.finished + excluded.finished,
          changed_at = clock_timestamp()`.execute(tx.sql);
    });
  }

  private usual(model: string): number {
    return this.catalogue.list().find(({ id }) => id === model)?.execution.usual_seconds ?? UNKNOWN_SECONDS;
  }
}
