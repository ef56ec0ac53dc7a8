import { sql, type RawBuilder } from 'kysely';
import { Gauge } from 'prom-client';
import { PROVIDERS } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { Logger, MetricsRegistry } from '@shotloom/service-kit';
import type { JobsSchema } from '../schema/tables';

/** A backlog is counted up to here: a scrape must not read a million rows. */
export const COUNTED_AT_MOST = 10_000;
/** Keys that are shown one by one. */
export const KEYS_SHOWN = 1_000;

interface Reading {
  readonly name: string;
  readonly help: string;
  /** Rows of labels and a `value`. */
  readonly query: RawBuilder<{ value: number } & Record<string, string | number>>;
  readonly labels: readonly string[];
}

/** A limit may be set where the catalogue knows of none. */
const LIMITED = PROVIDERS.filter(({ kind }) => kind === 'poll');

const WAITING = sql`active_attempt_id IS NULL AND finished_at IS NULL AND status <> 'draft'`;

/** The providers that a job waits for, stepped through by the index that has them in order. */
const WAITED_FOR = sql`
  WITH RECURSIVE provider AS (
    (SELECT job.provider AS name FROM jobs.jobs AS job WHERE ${WAITING} ORDER BY job.provider LIMIT 1)
    UNION ALL
    SELECT (SELECT job.provider FROM jobs.jobs AS job WHERE ${WAITING} AND job.provider > provider.name
            ORDER BY job.provider LIMIT 1)
    FROM provider WHERE provider.name IS NOT NULL
  )`;

/** In the order of an index: without one, and with old statistics, Postgres reads the table until it has found as many. */
const READINGS: readonly Reading[] = [
  {
    name: 'shotloom_queue_jobs',
    help: `Jobs that wait for an attempt, counted up to ${COUNTED_AT_MOST}.`,
    labels: ['provider'],
    query: sql`${WAITED_FOR}
      SELECT name AS provider, (SELECT count(*)::int FROM (
        SELECT FROM jobs.jobs AS job WHERE job.provider = name AND ${WAITING}
        ORDER BY job.created_at LIMIT ${sql.lit(COUNTED_AT_MOST)}) AS counted) AS value
      FROM provider WHERE name IS NOT NULL`,
  },
  {
    name: 'shotloom_queue_oldest_age_seconds',
    help: 'Age of the oldest job that waits for an attempt.',
    labels: ['provider'],
    query: sql`${WAITED_FOR}
      SELECT name AS provider, extract(epoch FROM clock_timestamp() - (
        SELECT job.created_at FROM jobs.jobs AS job WHERE job.provider = name AND ${WAITING}
        ORDER BY job.created_at LIMIT 1))::float AS value
      FROM provider WHERE name IS NOT NULL`,
  },
  {
    name: 'shotloom_slots_in_use',
    help: 'Attempts that count against the limit of their provider.',
    labels: ['provider'],
    query: sql`SELECT provider, in_use AS value FROM jobs.slots WHERE scope = 'provider'`,
  },
  {
    name: 'shotloom_provider_paused',
    help: '1 where the operator has paused a provider.',
    labels: ['provider'],
    query: sql`SELECT provider, (paused_at IS NOT NULL)::int AS value FROM jobs.provider_settings`,
  },
  {
    name: 'shotloom_queue_blocked',
    help: '1 where jobs wait although they could start, by the reason.',
    labels: ['provider', 'reason'],
    query: sql`SELECT provider, waiting_reason AS reason, 1 AS value FROM jobs.provider_state WHERE waiting_reason IS NOT NULL`,
  },
  {
    name: 'shotloom_breaker_open',
    help: '1 where no attempts start under a key of a vendor, since it or the vendor failed.',
    labels: ['provider', 'credential'],
    // Every user may have keys of their own, and each key that ever failed has a row: those that work are shown for a while only.
    query: sql`SELECT provider, credential_id AS credential, (state <> 'closed')::int AS value FROM jobs.breakers
      WHERE state <> 'closed' OR changed_at > now() - interval '1 hour'
      ORDER BY state = 'closed', changed_at DESC LIMIT ${sql.lit(KEYS_SHOWN)}`,
  },
  {
    name: 'shotloom_vendor_request_limit_per_second',
    help: 'Calls that a vendor may be asked for under one key.',
    labels: ['provider'],
    query: sql`SELECT provider, coalesce(settings.requests_per_minute, spec.per_minute) / 60 AS value
      FROM unnest(${LIMITED.map(({ id }) => id)}::text[], ${LIMITED.map(({ requests }) => requests?.perMinute ?? null)}::float8[])
        AS spec (provider, per_minute) LEFT JOIN jobs.provider_settings AS settings USING (provider)
      WHERE coalesce(settings.requests_per_minute, spec.per_minute) IS NOT NULL`,
  },
];

/** Gauges read from rows at each scrape, so that every replica tells the same truth; each reads a bounded number of rows. */
export function addSchedulerMetrics(
  registry: MetricsRegistry,
  database: Database<JobsSchema>,
  logger: Logger,
): void {
  for (const { name, help, labels, query } of READINGS) {
    new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [registry],
      async collect() {
        this.reset();
        try {
          const { rows } = await query.execute(database.sql);
          for (const { value, ...rest } of rows) this.set(rest, value);
        } catch (error) {
          logger.warn({ err: error, metric: name }, 'a metric could not be read');
        }
      },
    });
  }
}
