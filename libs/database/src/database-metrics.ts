import { Counter, Gauge } from 'prom-client';
import type { Pool } from 'pg';
import type { MetricsRegistry } from '@shotloom/service-kit';
import type { PostgresFailure } from './postgres-errors';

const NAMES = {
  connections: 'shotloom_database_pool_connections',
  retries: 'shotloom_database_transaction_retries_total',
  oldest: 'shotloom_outbox_oldest_age_seconds',
  published: 'shotloom_outbox_published_total',
  dead: 'shotloom_outbox_dead_total',
} as const;

/** Why transactions are tried again; shown from the start, so that the first of them is a rise. */
const RETRIED: readonly PostgresFailure[] = ['conflict', 'connection'];

export interface DatabaseMetrics {
  readonly retried: (reason: string) => void;
}

/** Pool size by state and retried transactions. A registry holds one database's pool: the first one opened with it. */
export function observeDatabase(registry: MetricsRegistry | undefined, pool: Pool): DatabaseMetrics {
  if (registry === undefined) return { retried: () => undefined };
  if (registry.getSingleMetric(NAMES.connections) === undefined) observePool(registry, pool);
  const retries = counter(registry, NAMES.retries, 'Transactions that were tried again', ['reason']);
  for (const reason of RETRIED) retries.inc({ reason }, 0);
  return { retried: (reason) => retries.inc({ reason }) };
}

function observePool(registry: MetricsRegistry, pool: Pool): void {
  const gauge = new Gauge({
    name: NAMES.connections,
    help: 'Connections of the pool, and callers who wait for one',
    labelNames: ['state'],
    registers: [registry],
    collect: () => {
      gauge.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
      gauge.set({ state: 'idle' }, pool.idleCount);
      gauge.set({ state: 'waiting' }, pool.waitingCount);
    },
  });
}

export interface OutboxMetrics {
  readonly oldestAge: (seconds: number) => void;
  readonly published: (count: number) => void;
  readonly dead: (count: number) => void;
}

export function observeOutbox(registry: MetricsRegistry | undefined, schema: string): OutboxMetrics {
  if (registry === undefined)
    return { oldestAge: () => undefined, published: () => undefined, dead: () => undefined };
  const oldest = gauge(registry, NAMES.oldest, 'Age of the oldest message that is not on the bus yet', [
    'schema',
  ]);
  const published = counter(registry, NAMES.published, 'Messages moved from the outbox to the bus', [
    'schema',
  ]);
  const dead = counter(registry, NAMES.dead, 'Messages that the bus refused for good', ['schema']);
  for (const one of [published, dead]) one.inc({ schema }, 0);
  return {
    oldestAge: (seconds) => oldest.set({ schema }, seconds),
    published: (count) => published.inc({ schema }, count),
    dead: (count) => dead.inc({ schema }, count),
  };
}

function counter(registry: MetricsRegistry, name: string, help: string, labelNames: string[]): Counter {
  const known = registry.getSingleMetric(name);
  return known instanceof Counter ? known : new Counter({ name, help, labelNames, registers: [registry] });
}

function gauge(registry: MetricsRegistry, name: string, help: string, labelNames: string[]): Gauge {
  const known = registry.getSingleMetric(name);
  return known instanceof Gauge ? known : new Gauge({ name, help, labelNames, registers: [registry] });
}
