import { sql, type QueryResult, type RawBuilder } from 'kysely';
import { arrayOf } from '@shotloom/database';
import { createsLeft } from '../requests/create-windows';
import type { KeyState } from './key-ring';
import type { ProviderNow } from './provider-limits';

interface StateRow {
  id: string;
  in_use: number;
  concurrency: number | null;
  tokens: number | null;
  next_token_at: Date | null;
  creates: number | null;
  next_create_at: Date | null;
  breaker: KeyState['breaker'];
  retry_at: Date | null;
  period: 'day' | 'month' | null;
  until: Date | null;
  cap_micros: number | null;
}

/** What is known of some credentials of a provider, in one statement. Calls and creates are looked at, not taken. */
export function keyStatesQuery(
  { provider, requests, createsPerMinute }: ProviderNow,
  ids: readonly string[],
): RawBuilder<StateRow> {
  const perMinute = sql`${requests?.perMinute ?? null}::float8`;
  const burst = sql`${requests?.burst ?? null}::float8`;
  return sql<StateRow>`
    SELECT known.id, coalesce(slot.in_use, 0) AS in_use, slot_limit.concurrency, known.tokens,
      known.at + make_interval(secs => greatest(0, 1 - known.tokens) * 60 / ${perMinute}) AS next_token_at,
      left_now.creates, left_now.next_create_at,
      CASE WHEN coalesce(breaker.state, 'closed') = 'closed' THEN 'closed'
           WHEN breaker.retry_at <= known.at THEN 'due' ELSE 'shut' END AS breaker,
      breaker.retry_at, pause.period, pause.until, pause.cap_micros
    FROM (
      SELECT wanted.id, clock.at, least(${burst}, coalesce(
        bucket.tokens + greatest(0, extract(epoch FROM clock.at - bucket.refilled_at)) * ${perMinute} / 60, ${burst})) AS tokens
      FROM unnest(${arrayOf(ids, 'uuid')}) AS wanted (id)
      CROSS JOIN (SELECT clock_timestamp() AS at) AS clock
      LEFT JOIN jobs.request_buckets AS bucket ON bucket.provider = ${provider} AND bucket.credential_id = wanted.id
    ) AS known
    CROSS JOIN LATERAL ${createsLeft(sql`known.id`, sql<Date>`known.at`, createsPerMinute)} AS left_now
    LEFT JOIN jobs.slots AS slot
      ON slot.provider = ${provider} AND slot.scope = 'credential' AND slot.key = known.id::text
    LEFT JOIN jobs.slot_limits AS slot_limit
      ON slot_limit.provider = ${provider} AND slot_limit.scope = 'credential' AND slot_limit.key = known.id::text
    LEFT JOIN jobs.breakers AS breaker
      ON breaker.provider = ${provider} AND breaker.credential_id = known.id
    LEFT JOIN jobs.spend_pauses AS pause ON pause.credential_id = known.id AND pause.until > known.at`;
}

export function toKeyStates({ rows }: QueryResult<StateRow>): KeyState[] {
  return rows.map((row) => ({
    id: row.id,
    inUse: row.in_use,
    limit: row.concurrency,
    tokens: row.tokens,
    nextTokenAt: row.next_token_at,
    creates: row.creates,
    nextCreateAt: row.next_create_at,
    breaker: row.breaker,
    retryAt: row.retry_at,
    spent: spentOf(row),
  }));
}

function spentOf({ period, until, cap_micros: cap }: StateRow): KeyState['spent'] {
  return period === null || until === null || cap === null ? null : { period, until, cap };
}
