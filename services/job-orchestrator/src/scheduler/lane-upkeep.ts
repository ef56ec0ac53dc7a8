import { sql, type QueryResult, type RawBuilder } from 'kysely';
import { harvest } from './harvest';
import { releaseOfSets } from './job-sets';
import type { ProviderNow } from './provider-limits';

/** Rows of each kind that one pass takes in; what is more waits for the next, which follows at once. */
const BOUND = 1_000;

/**
 * Brings the lanes up to date before a pass starts anything: who has new work, whose attempts have ended, whose wait is over. Each
 * says how many of its kind there were. Runs under the provider's lock, so nobody else writes these rows.
 */
export function tidyLanes(
  now: ProviderNow,
): readonly [
  RawBuilder<Counted>,
  RawBuilder<Counted>,
  RawBuilder<Counted>,
  RawBuilder<Counted>,
  RawBuilder<Counted>,
] {
  return [releaseOfSets(now, BOUND), takeWakes(now), harvest(now, BOUND), wakeSleepers(now), unblock(now)];
}

/** Whether anything had happened, and whether there is more of it. */
export function wasTidied(results: readonly QueryResult<Counted>[]): { touched: boolean; more: boolean } {
  const counts = results.map(({ rows }) => rows[0]?.count ?? 0);
  return { touched: counts.some((count) => count > 0), more: counts.some((count) => count >= BOUND) };
}

export interface Counted {
  count: number;
}

/** Lanes that somebody made wait. A new one, or one that had nothing to do, begins at the clock: it has no credit and no debt. */
function takeWakes({ provider, clock }: ProviderNow): RawBuilder<Counted> {
  return sql<Counted>`
    WITH taken AS (
      DELETE FROM jobs.lane_wakes WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM jobs.lane_wakes WHERE provider = ${provider} ORDER BY seq LIMIT ${BOUND}))
      RETURNING seq, owner_user_id, weight, own_key
    ), latest AS (
      SELECT DISTINCT ON (owner_user_id, own_key) owner_user_id, weight, own_key FROM taken
      ORDER BY owner_user_id, own_key, seq DESC
    ), put AS (
      INSERT INTO jobs.lanes AS lane (provider, owner_user_id, weight, vtime, own_key, state)
      SELECT ${provider}, owner_user_id, weight, ${clock}::float8, own_key, 'ready'
      FROM latest
      ON CONFLICT (provider, owner_user_id, own_key) DO UPDATE SET
        weight = excluded.weight, ready_at = NULL,
        state = CASE lane.state WHEN 'full' THEN 'full' ELSE 'ready' END,
        vtime = CASE WHEN lane.state IN ('ready','full') THEN lane.vtime ELSE greatest(lane.vtime, excluded.vtime) END,
        since = CASE lane.state WHEN 'ready' THEN lane.since ELSE excluded.since END
      WHERE lane.state NOT IN ('ready','full') OR lane.weight <> excluded.weight
    )
    SELECT count(*)::int AS count FROM taken`;
}

/** Lanes whose time has come: a backoff is over, or a look at a blocked lane is due. */
function wakeSleepers({ provider, clock }: ProviderNow): RawBuilder<Counted> {
  return sql<Counted>`
    WITH woken AS (UPDATE jobs.lanes SET state = 'ready', ready_at = NULL, since = clock_timestamp(),
      vtime = greatest(vtime, ${clock}::float8)
    WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM jobs.lanes WHERE provider = ${provider} AND ready_at <= now() ORDER BY ready_at LIMIT ${BOUND}))
    RETURNING 1)
    SELECT count(*)::int AS count FROM woken`;
}

/**
 * Lets as many lanes through as a model has free places again, those with the least tag first. The models are stepped through by the
 * index. Each model has a virtual clock of its own, the tag let through last: a lane that comes to wait gets the clock's time and
 * 1/weight, so those who wait for one model share it by weight, however far apart they are in the order of the provider.
 */
function unblock({ provider, clock }: ProviderNow): RawBuilder<Counted> {
  return sql<Counted>`
    WITH RECURSIVE model AS (
      (SELECT blocked_on AS name FROM jobs.lanes WHERE provider = ${provider} AND state = 'blocked' ORDER BY blocked_on LIMIT 1)
      UNION ALL
      SELECT (SELECT blocked_on FROM jobs.lanes WHERE provider = ${provider} AND state = 'blocked'
                AND blocked_on > model.name ORDER BY blocked_on LIMIT 1)
      FROM model WHERE model.name IS NOT NULL
    ), through AS (
      UPDATE jobs.lanes SET state = 'ready', ready_at = NULL, since = clock_timestamp(),
        vtime = greatest(vtime, ${clock}::float8)
      WHERE ctid = ANY (ARRAY(
        SELECT lane.ctid FROM model
        LEFT JOIN jobs.slot_limits AS slot_limit
          ON slot_limit.provider = ${provider} AND slot_limit.scope = 'model' AND slot_limit.key = model.name
        LEFT JOIN jobs.slots AS slot ON slot.provider = ${provider} AND slot.scope = 'model' AND slot.key = model.name
        CROSS JOIN LATERAL (
          SELECT ctid FROM jobs.lanes WHERE provider = ${provider} AND state = 'blocked' AND blocked_on = model.name
          ORDER BY blocked_tag, since
          LIMIT greatest(0, least(${BOUND}::int, coalesce(slot_limit.concurrency - coalesce(slot.in_use, 0), ${BOUND}::int)))
        ) AS lane))
      RETURNING blocked_on, blocked_tag
    ), clocks AS (
      UPDATE jobs.slots AS slot SET vtime = greatest(slot.vtime, last.tag)
      FROM (SELECT blocked_on, max(blocked_tag) AS tag FROM through GROUP BY blocked_on) AS last
      WHERE slot.provider = ${provider} AND slot.scope = 'model' AND slot.key = last.blocked_on
    )
    SELECT count(*)::int AS count FROM through`;
}
