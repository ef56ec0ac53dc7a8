import { sql } from 'kysely';
import type { JobsTx } from '../jobs/job-changes';
import { lookAtOldSets } from './job-sets';
import { lockProvider, type ProviderNow, type SchedulerLimits } from './provider-limits';
import { perUserOf } from './user-room';

/** Users looked at in one step. */
const STEP = 200;

/**
 * Puts right what the counters and lanes of a provider should be, from the rows that are the truth: one bounded step through its
 * users, and the counters of slots at the end of each round. Nothing depends on it while all goes well; after a fault of ours, a
 * restored database or a hand at the rows, it is why no job waits for ever. Returns how many lanes it had to put right.
 */
export async function repairLanes(tx: JobsTx, provider: string, limits: SchedulerLimits): Promise<number> {
  const now = await lockProvider(tx, provider, limits);
  if (!now) return 0;
  const owners = await nextOwners(tx, provider);
  const last = owners.length < STEP ? null : (owners.at(-1) ?? null);
  const repaired = await repairOwners(tx, now, owners);
  if (last === null) {
    await recountSlots(tx, provider);
    await lookAtOldSets(provider).execute(tx.sql);
  }
  await tx.sql
    .updateTable('jobs.provider_state')
    .set({ repair_after: last })
    .where('provider', '=', provider)
    .where((where) => where('repair_after', 'is distinct from', last))
    .execute();
  return repaired;
}

/** The next users who have a lane, a waiting job or an attempt in flight; each kind is stepped through by its index. */
async function nextOwners(tx: JobsTx, provider: string): Promise<string[]> {
  const { rows } = await sql<{ owner_user_id: string }>`
    WITH RECURSIVE start AS (
      SELECT coalesce(repair_after, '00000000-0000-0000-0000-000000000000') AS after
      FROM jobs.provider_state WHERE provider = ${provider}
    ), waiting AS (
      (SELECT job.owner_user_id, 1 AS turn FROM jobs.jobs AS job, start
       WHERE job.provider = ${provider} AND job.active_attempt_id IS NULL AND job.finished_at IS NULL AND job.status <> 'draft'
         AND job.owner_user_id > start.after ORDER BY job.owner_user_id LIMIT 1)
      UNION ALL
      SELECT next.owner_user_id, waiting.turn + 1 FROM waiting CROSS JOIN LATERAL (
        SELECT job.owner_user_id FROM jobs.jobs AS job
        WHERE job.provider = ${provider} AND job.active_attempt_id IS NULL AND job.finished_at IS NULL AND job.status <> 'draft'
          AND job.owner_user_id > waiting.owner_user_id ORDER BY job.owner_user_id LIMIT 1) AS next
      WHERE waiting.turn < ${STEP}::int
    ), known AS (
      SELECT owner_user_id FROM waiting
      UNION
      (SELECT owner_user_id FROM jobs.lanes, start WHERE provider = ${provider} AND owner_user_id > start.after
       ORDER BY owner_user_id LIMIT ${STEP})
      UNION
      (SELECT DISTINCT owner_user_id FROM jobs.attempts, start
       WHERE provider = ${provider} AND holds_slot AND owner_user_id > start.after ORDER BY owner_user_id LIMIT ${STEP})
    )
    SELECT owner_user_id FROM known ORDER BY owner_user_id LIMIT ${STEP}`.execute(tx.sql);
  return rows.map((row) => row.owner_user_id);
}

/** Lanes that sleep are looked at once a round: what they sleep for may have been changed by hand. */
async function repairOwners(tx: JobsTx, now: ProviderNow, owners: readonly string[]): Promise<number> {
  if (owners.length === 0) return 0;
  const repaired = await sql`
    WITH held AS (
      SELECT owner_user_id, own_key, count(*)::int AS count FROM jobs.attempts
      WHERE provider = ${now.provider} AND holds_slot AND owner_user_id = ANY (${owners}::uuid[]) GROUP BY owner_user_id, own_key
    )
    INSERT INTO jobs.lanes AS lane (provider, owner_user_id, own_key, weight, vtime, state, running)
    SELECT ${now.provider}, owner, kind.own_key, coalesce(waiting.weight, 1), ${now.clock}::float8,
      CASE WHEN waiting.weight IS NULL THEN 'idle' ELSE 'ready' END, coalesce(held.count, 0)
    FROM unnest(${owners}::uuid[]) AS owner
    CROSS JOIN (VALUES (false), (true)) AS kind (own_key)
    LEFT JOIN LATERAL (
      SELECT job.weight FROM jobs.jobs AS job
      WHERE job.provider = ${now.provider} AND job.owner_user_id = owner AND job.own_key = kind.own_key
        AND job.active_attempt_id IS NULL AND job.finished_at IS NULL AND job.status <> 'draft'
      ORDER BY job.model, job.not_before, job.created_at LIMIT 1) AS waiting ON true
    LEFT JOIN held ON held.owner_user_id = owner AND held.own_key = kind.own_key
    LEFT JOIN LATERAL (
      SELECT true AS known FROM jobs.lanes AS own
      WHERE own.provider = ${now.provider} AND own.owner_user_id = owner AND own.own_key AND kind.own_key LIMIT 1) AS own ON true
    WHERE NOT kind.own_key OR waiting.weight IS NOT NULL OR held.count IS NOT NULL OR own.known
    ON CONFLICT (provider, owner_user_id, own_key) DO UPDATE SET
      running = excluded.running, ready_at = NULL, state = 'ready',
      vtime = greatest(lane.vtime, excluded.vtime)
    WHERE lane.running <> excluded.running
      OR (lane.state = 'full' AND excluded.running < (
        SELECT ${perUserOf(now)} FROM (SELECT 1) AS one
        LEFT JOIN jobs.user_limits AS user_limit ON user_limit.owner_user_id = lane.owner_user_id))
      OR (lane.state IN ('idle','sleeping') AND excluded.state = 'ready')`.execute(tx.sql);
  return Number(repaired.numAffectedRows ?? 0n);
}

/** As many rows as attempts are in flight, which the limits bound. */
async function recountSlots(tx: JobsTx, provider: string): Promise<void> {
  await sql`
    WITH held AS (
      SELECT model, credential_id FROM jobs.attempts WHERE provider = ${provider} AND holds_slot
    ), counted AS (
      SELECT 'provider' AS scope, '' AS key, count(*)::int AS in_use FROM held
      UNION ALL SELECT 'model', model, count(*)::int FROM held GROUP BY model
      UNION ALL SELECT 'credential', credential_id::text, count(*)::int FROM held WHERE credential_id IS NOT NULL
        GROUP BY credential_id
    ), gone AS (
      DELETE FROM jobs.slots AS slot WHERE provider = ${provider} AND scope = 'credential'
        AND NOT EXISTS (SELECT FROM counted WHERE counted.scope = slot.scope AND counted.key = slot.key)
    ), unused AS (
      UPDATE jobs.slots AS slot SET in_use = 0 WHERE provider = ${provider} AND scope = 'model' AND in_use > 0
        AND NOT EXISTS (SELECT FROM counted WHERE counted.scope = slot.scope AND counted.key = slot.key)
    )
    INSERT INTO jobs.slots AS slot (provider, scope, key, in_use)
    SELECT ${provider}, scope, key, in_use FROM counted
    ON CONFLICT (provider, scope, key) DO UPDATE SET in_use = excluded.in_use
    WHERE slot.in_use <> excluded.in_use`.execute(tx.sql);
}
