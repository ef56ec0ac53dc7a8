import { sql, type Kysely } from 'kysely';
import { providerSpec } from '@shotloom/contracts';
import type { JobsSchema } from '../schema/tables';

/** Calls that are wanted under one credential of a provider. */
export interface WantedRequests {
  readonly provider: string;
  readonly credentialId: string;
  readonly wanted: number;
  /** Tokens that are left for others: polls leave some, so that a submit finds one. Default 0. */
  readonly reserve?: number;
}

/**
 * Takes up to `wanted` calls out of the credential's budget and says how many were given. One statement, on Postgres' clock, so that
 * all replicas together stay within the vendor's limit: in any minute no more than the burst and the rate. Without a limit: all.
 *
 * Holds the budget's row until the caller's transaction ends, so it is best called as a statement of its own.
 */
export async function takeRequests(
  executor: Kysely<JobsSchema>,
  { provider, credentialId, wanted, reserve = 0 }: WantedRequests,
): Promise<number> {
  const given = await takeRequestsOf(executor, provider, new Map([[credentialId, wanted]]), reserve);
  return given.get(credentialId) ?? 0;
}

/** The same for several credentials of one provider; rows are locked in the order of their ids. */
export async function takeRequestsOf(
  executor: Kysely<JobsSchema>,
  provider: string,
  wanted: ReadonlyMap<string, number>,
  reserve = 0,
): Promise<ReadonlyMap<string, number>> {
  const asked = [...wanted].filter(([, count]) => count > 0);
  if (asked.length === 0) return new Map();
  const spec = providerSpec(provider).requests;
  // A row that is taken out by several at once is refilled and taken from by one after the other: SET is computed under the lock.
  const { rows } = await sql<{ credential_id: string; given: number }>`
    WITH rate AS (
      SELECT coalesce(settings.requests_per_minute, ${spec?.perMinute ?? null}::float8) AS per_minute,
        coalesce(settings.requests_burst, ${spec?.burst ?? null}::int) AS burst
      FROM (SELECT ${provider}::text AS provider) AS wanted LEFT JOIN jobs.provider_settings AS settings USING (provider)
    ), asked AS (
      SELECT * FROM unnest(${asked.map(([id]) => id)}::uuid[], ${asked.map(([, count]) => count)}::int[])
        AS ask (credential_id, wanted)
    ), taken AS (
      INSERT INTO jobs.request_buckets AS bucket (provider, credential_id, per_minute, burst, tokens, granted, refilled_at)
      SELECT ${provider}, credential_id, per_minute, burst,
        burst - greatest(0, least(wanted, burst - ${reserve}::int)),
        greatest(0, least(wanted, burst - ${reserve}::int)), clock_timestamp()
      FROM asked CROSS JOIN rate WHERE per_minute IS NOT NULL ORDER BY credential_id
      ON CONFLICT (provider, credential_id) DO UPDATE SET
        (per_minute, burst, tokens, granted, refilled_at) = (
          SELECT excluded.per_minute, excluded.burst, filled.tokens - give.count, give.count, filled.at
          FROM (
            SELECT clock.at, least(excluded.burst, bucket.tokens
              + greatest(0, extract(epoch FROM clock.at - bucket.refilled_at)) * excluded.per_minute / 60) AS tokens
            FROM (SELECT clock_timestamp() AS at) AS clock
          ) AS filled
          CROSS JOIN LATERAL (SELECT greatest(0, least(
            (SELECT wanted FROM asked WHERE asked.credential_id = excluded.credential_id),
            floor(filled.tokens) - ${reserve}::int))::int AS count) AS give)
      RETURNING credential_id, granted
    )
    SELECT asked.credential_id, coalesce(taken.granted, CASE WHEN rate.per_minute IS NULL THEN asked.wanted ELSE 0 END) AS given
    FROM asked CROSS JOIN rate LEFT JOIN taken USING (credential_id)`.execute(executor);
  return new Map(rows.map((row) => [row.credential_id, row.given]));
}
