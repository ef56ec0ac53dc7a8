import { sql } from 'kysely';
import { PROVIDERS, type ProviderNow } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { recentShare } from '../scheduler/harvest';
import { COUNTED_AT_MOST } from '../scheduler/scheduler-metrics';
import type { JobsSchema } from '../schema/tables';
import { LIMITS_OF } from './limits';

type Row = Omit<ProviderNow, 'breakers'> & { readonly breakers: ProviderNow['breakers'] | null };

/** Fewer attempts than this, faded as they are, say nothing of a provider's health. */
const ENOUGH = 0.5;

/** How every provider does that the catalogue knows or that has state. Each part reads a bounded number of rows. */
export async function listProviders(database: Database<JobsSchema>): Promise<ProviderNow[]> {
  const { rows } = await sql<Row>`
    SELECT named.provider, waiting.jobs AS waiting,
      coalesce(extract(epoch FROM clock_timestamp() - oldest.created_at), 0)::float8 AS "oldestWaitingSeconds",
      coalesce(slot.in_use, 0) AS "inFlight",
      CASE WHEN state.recent_ended * ${recentShare} >= ${ENOUGH}::float8
        THEN least(1, state.recent_failed / state.recent_ended) END::float8 AS "errorRate",
      settings.paused_reason AS "pausedReason", state.waiting_reason AS "waitingReason", ${LIMITS_OF} AS limits,
      (SELECT jsonb_agg(jsonb_build_object('credentialId', credential_id, 'state', state, 'reason', reason,
          'retryAt', to_char(retry_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY retry_at)
        FROM (SELECT * FROM jobs.breakers WHERE provider = named.provider AND state <> 'closed' LIMIT 100) AS shut) AS breakers
    FROM (SELECT unnest(${PROVIDERS.map(({ id }) => id)}::text[]) AS provider
      UNION SELECT provider FROM jobs.provider_state UNION SELECT provider FROM jobs.provider_settings) AS named
    LEFT JOIN jobs.provider_state AS state USING (provider)
    LEFT JOIN jobs.provider_settings AS settings USING (provider)
    LEFT JOIN jobs.slots AS slot ON slot.provider = named.provider AND slot.scope = 'provider' AND slot.key = ''
    CROSS JOIN LATERAL (SELECT count(*)::int AS jobs FROM (
      SELECT FROM jobs.jobs WHERE provider = named.provider AND active_attempt_id IS NULL AND finished_at IS NULL
        AND status <> 'draft' ORDER BY created_at LIMIT ${COUNTED_AT_MOST}) AS listed) AS waiting
    LEFT JOIN LATERAL (
      SELECT created_at FROM jobs.jobs WHERE provider = named.provider AND active_attempt_id IS NULL AND finished_at IS NULL
        AND status <> 'draft' ORDER BY created_at LIMIT 1) AS oldest ON true
    ORDER BY named.provider LIMIT 100`.execute(database.sql);
  return rows.map(({ breakers, ...row }) => ({ ...row, breakers: breakers ?? [] }));
}
