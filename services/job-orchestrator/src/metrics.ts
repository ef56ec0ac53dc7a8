import { sql } from 'kysely';
import { Counter, Gauge } from 'prom-client';
import type { Database } from '@shotloom/database';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';
import { addSchedulerMetrics } from './scheduler/scheduler-metrics';
import type { JobsSchema } from './schema/tables';

export interface OrchestratorMetrics {
  readonly reports: Counter<'type' | 'applied'>;
  /** Tasks that vendors were asked about. */
  readonly polls: Counter<'provider'>;
  /** Overdue attempts that the last sweep could not move. */
  readonly stuck: Gauge;
  /** What the last check of the ledger found; set by the sweep, since the check reads the whole ledger. */
  readonly violations: Gauge;
  /** Payers that it could not check in time. */
  readonly unchecked: Gauge;
  /** How long it takes. */
  readonly walkSeconds: Gauge;
}

/** Counters for what happens; gauges read from the rows at each scrape, so that every replica tells the same truth. */
export function createOrchestratorMetrics(
  registry: MetricsRegistry,
  database: Database<JobsSchema>,
  logger: Logger,
): OrchestratorMetrics {
  const registers = [registry];
  addSchedulerMetrics(registry, database, logger);
  addAttemptGauge(registry, database, logger);
  return {
    stuck: new Gauge({
      name: 'shotloom_attempts_stuck',
      help: 'Overdue attempts that the last sweep could not move; anything above 0 wants a look at the log.',
      registers,
    }),
    violations: new Gauge({
      name: 'shotloom_ledger_violations',
      help: 'Broken invariants of the ledger at the last check; anything above 0 is an alarm.',
      registers,
    }),
    unchecked: new Gauge({
      name: 'shotloom_ledger_unchecked',
      help: 'Payers whose past was too long to be checked in one statement by the last check; `npm run ops -- check` checks them.',
      registers,
    }),
    walkSeconds: new Gauge({
      name: 'shotloom_ledger_walk_seconds',
      help: 'How long a check of the whole ledger takes, a step at a time: a broken invariant is seen so late at most.',
      registers,
    }),
    polls: new Counter({
      name: 'shotloom_polls_planned_total',
      help: 'Tasks that vendors were asked about; divide by the batch for calls.',
      labelNames: ['provider'],
      registers,
    }),
    reports: new Counter({
      name: 'shotloom_attempt_reports_total',
      help: 'Reports about attempts, by type and by whether they changed anything.',
      labelNames: ['type', 'applied'],
      registers,
    }),
  };
}

function addAttemptGauge(registry: MetricsRegistry, database: Database<JobsSchema>, logger: Logger): void {
  new Gauge({
    name: 'shotloom_attempts_active',
    help: 'Attempts under way, by provider and status.',
    labelNames: ['provider', 'status'],
    registers: [registry],
    async collect() {
      const rows = await readActive(database).catch((error: unknown) => {
        logger.warn({ err: error }, 'the attempts could not be read for metrics');
        return [];
      });
      this.reset();
      for (const row of rows) this.set({ provider: row.provider, status: row.status }, row.count);
    },
  });
}

interface ActiveRow {
  provider: string;
  status: string;
  count: number;
}

async function readActive(database: Database<JobsSchema>): Promise<ActiveRow[]> {
  const { rows } =
    await sql<ActiveRow>`    SELECT provider, status, count(*)::int AS count FROM jobs.attempts WHERE finished_at IS NULL GROUP BY 1, 2
  `.execute(database.sql);
  return rows;
}
