import { sql } from 'kysely';
import { PROVIDERS, providerSpec } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { JobsSchema } from '../schema/tables';

/** A provider as the tables show it. Ages in seconds. */
export interface ProviderFacts {
  readonly provider: string;
  /** Jobs that wait for an attempt. */
  readonly waiting: number;
  readonly oldestWaitingSeconds: number;
  /** Attempts under way, by status. */
  readonly active: Readonly<Record<string, number>>;
  readonly pausedAt: Date | null;
  readonly pausedReason: string | null;
  /** Why the scheduler's last pass could not start all that waits. */
  readonly schedulerSays: string | null;
  /** Orders of a video that are sent under one key in any minute: the operator's number, else the catalogue's; null without a limit. */
  readonly createsPerMinute: number | null;
  /** Keys that are not used now because the vendor failed under them. */
  readonly breakers: readonly { credentialId: string; state: string; reason: string; retryAt: string }[];
}

/** All providers that the catalogue knows or that have work; a provider of the operator's own is one of the latter. */
export async function readProviders(database: Database<JobsSchema>, only?: string): Promise<ProviderFacts[]> {
  const known = only === undefined ? PROVIDERS.map(({ id }) => id) : [only];
  const { rows } = await sql<ProviderFacts>`
    WITH waiting AS (
      SELECT provider, count(*)::int AS jobs, min(created_at) AS oldest FROM jobs.jobs
      WHERE active_attempt_id IS NULL AND finished_at IS NULL AND status <> 'draft' GROUP BY provider
    ), under_way AS (
      SELECT provider, jsonb_object_agg(status, attempts) AS active FROM (
        SELECT provider, status, count(*)::int AS attempts FROM jobs.attempts WHERE finished_at IS NULL GROUP BY 1, 2
      ) AS by_status GROUP BY provider
    ), shut AS (
      SELECT provider, jsonb_agg(jsonb_build_object('credentialId', credential_id, 'state', state, 'reason', reason,
        'retryAt', retry_at) ORDER BY retry_at) AS breakers
      FROM jobs.breakers WHERE state <> 'closed' GROUP BY provider
    )
    SELECT named.provider, coalesce(waiting.jobs, 0) AS waiting,
      coalesce(extract(epoch FROM clock_timestamp() - waiting.oldest), 0)::float8 AS "oldestWaitingSeconds",
      coalesce(under_way.active, '{}') AS active, settings.paused_at AS "pausedAt",
      settings.paused_reason AS "pausedReason", state.waiting_reason AS "schedulerSays",
      settings.creates_per_minute AS "createsPerMinute",
      coalesce(shut.breakers, '[]') AS breakers
    FROM (SELECT unnest(${known}::text[]) AS provider
      UNION SELECT provider FROM waiting UNION SELECT provider FROM under_way) AS named
    LEFT JOIN waiting USING (provider) LEFT JOIN under_way USING (provider) LEFT JOIN shut USING (provider)
    LEFT JOIN jobs.provider_settings AS settings USING (provider)
    LEFT JOIN jobs.provider_state AS state USING (provider)
    WHERE ${only ?? null}::text IS NULL OR named.provider = ${only ?? null}
    ORDER BY named.provider`.execute(database.sql);
  return rows.map((row) => ({
    ...row,
    createsPerMinute: row.createsPerMinute ?? providerSpec(row.provider).createsPerMinute,
  }));
}
