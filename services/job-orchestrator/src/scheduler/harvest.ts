import { sql, type RawBuilder } from 'kysely';
import { VENDOR_UNIT_MICROS } from '@shotloom/contracts';
import type { ProviderNow } from './provider-limits';

/** How fast the counts of what ended lately fade: to about a third in a quarter of an hour. Seconds. */
const FADE_SECONDS = 900;

const REPORTED = sql`CASE WHEN cost ->> 'amount' ~ '^[0-9]{1,9}([.][0-9]{1,9})?$'
  THEN ceil((cost ->> 'amount')::numeric * (${JSON.stringify(VENDOR_UNIT_MICROS)}::jsonb ->> (cost ->> 'unit'))::numeric) END`;
/**
 * What an attempt cost in the end: what the vendor reported; else what was reserved, where a video was or may have been made; else
 * nothing. In doubt it counts: a cap must not be passed because of an answer that never came.
 */
const FINAL_MICROS = sql`CASE
  WHEN vendor_micros IS NULL THEN NULL
  WHEN cost IS NOT NULL AND (${REPORTED}) IS NOT NULL THEN (${REPORTED})
  WHEN status = 'stored' OR result IS NOT NULL OR error ->> 'code' = 'submit_unknown' THEN vendor_micros
  WHEN submitted_at IS NULL THEN 0
  WHEN status = 'failed' AND error ->> 'code' <> 'provider_timeout' AND error ->> 'chargeable' IS DISTINCT FROM 'true' THEN 0
  ELSE vendor_micros END`;

/**
 * Takes the slots of ended attempts back, at most so many, and corrects what was reserved for them. The end of an attempt touches no
 * counter, so ends do not wait for each other. Gives how many there were.
 */
export function harvest({ provider, clock }: ProviderNow, bound: number): RawBuilder<{ count: number }> {
  return sql<{ count: number }>`
    WITH found AS (
      SELECT attempt_id, owner_user_id, own_key, model, credential_id, status, spend_day, vendor_micros AS reserved,
        (${FINAL_MICROS})::bigint AS final
      FROM jobs.attempts WHERE provider = ${provider} AND holds_slot AND finished_at IS NOT NULL
      LIMIT ${bound} FOR UPDATE SKIP LOCKED
    ), ended AS (
      UPDATE jobs.attempts AS attempt SET holds_slot = false, vendor_micros = found.final
      FROM found WHERE attempt.attempt_id = found.attempt_id
      RETURNING found.*
    ), lanes_freed AS (
      UPDATE jobs.lanes AS lane SET
        running = greatest(0, lane.running - freed.count),
        state = CASE lane.state WHEN 'full' THEN 'ready' ELSE lane.state END,
        vtime = CASE lane.state WHEN 'full' THEN greatest(lane.vtime, ${clock}::float8) ELSE lane.vtime END,
        since = CASE lane.state WHEN 'full' THEN clock_timestamp() ELSE lane.since END
      FROM (SELECT owner_user_id, own_key, count(*)::int FROM ended GROUP BY owner_user_id, own_key) AS freed
      WHERE lane.provider = ${provider} AND lane.owner_user_id = freed.owner_user_id AND lane.own_key = freed.own_key
    ), slots_freed AS (
      UPDATE jobs.slots AS slot SET in_use = greatest(0, slot.in_use - freed.count)
      FROM (
        SELECT 'provider' AS scope, '' AS key, count(*)::int FROM ended
        UNION ALL SELECT 'model', model, count(*)::int FROM ended GROUP BY model
        UNION ALL SELECT 'credential', credential_id::text, count(*)::int FROM ended
          WHERE credential_id IS NOT NULL GROUP BY credential_id
      ) AS freed
      WHERE slot.provider = ${provider} AND slot.scope = freed.scope AND slot.key = freed.key AND freed.count > 0
    ), spend_corrected AS (
      UPDATE jobs.spend AS spend SET micros = spend.micros + known.more, delivered = spend.delivered + known.delivered
      FROM (
        SELECT credential_id, spend_day, model, sum(final - reserved) AS more, count(*) FILTER (WHERE status = 'stored') AS delivered
        FROM ended WHERE reserved IS NOT NULL GROUP BY credential_id, spend_day, model
      ) AS known
      WHERE spend.credential_id = known.credential_id AND spend.day = known.spend_day AND spend.model = known.model
    ), counted AS (
      UPDATE jobs.provider_state AS state SET recent_at = clock_timestamp(),
        recent_ended = state.recent_ended * fade.share + now.ended, recent_failed = state.recent_failed * fade.share + now.failed
      FROM (SELECT count(*) AS ended, count(*) FILTER (WHERE status = 'failed') AS failed FROM ended) AS now,
        (SELECT exp(-least(700, extract(epoch FROM clock_timestamp() - recent_at) / ${FADE_SECONDS}::float8)) AS share
         FROM jobs.provider_state WHERE provider = ${provider}) AS fade
      WHERE state.provider = ${provider} AND now.ended > 0
    )
    SELECT count(*)::int AS count FROM ended`;
}

/** The counts as they have faded until now. */
export const recentShare = sql`exp(-least(700, extract(epoch FROM clock_timestamp() - state.recent_at) / ${sql.lit(FADE_SECONDS)}::float8))`;
