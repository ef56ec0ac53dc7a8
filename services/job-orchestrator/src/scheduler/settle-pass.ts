import { sql, type RawBuilder } from 'kysely';
import type { JobsTx } from '../jobs/job-changes';
import type { PlannedStart } from './plan-starts';
import type { ProviderNow } from './provider-limits';
import { MAX_LEAD, type SettledLane } from './settle-lane';

/** Writes the lanes that were looked at. */
export function writeLanes({ provider }: ProviderNow, lanes: readonly SettledLane[]): RawBuilder<unknown>[] {
  if (lanes.length === 0) return [];
  const statement = sql`
    UPDATE jobs.lanes AS lane SET state = now.state, vtime = now.vtime, running = now.running,
      ready_at = now.ready_at,
      blocked_on = now.blocked_on,
      blocked_tag = CASE WHEN now.state <> 'blocked' OR now.keeps_place THEN lane.blocked_tag
        ELSE 1 / lane.weight + coalesce((SELECT slot.vtime FROM jobs.slots AS slot
          WHERE slot.provider = lane.provider AND slot.scope = 'model' AND slot.key = now.blocked_on), 0) END
    FROM unnest(
      ${lanes.map((lane) => lane.ownerUserId)}::uuid[], ${lanes.map((lane) => lane.state)}::text[],
      ${lanes.map((lane) => lane.vtime)}::float8[], ${lanes.map((lane) => lane.running)}::int[],
      ${lanes.map((lane) => lane.ownKey)}::boolean[],
      ${lanes.map((lane) => lane.blockedOn)}::text[], ${lanes.map((lane) => lane.readyAt)}::timestamptz[],
      ${lanes.map((lane) => lane.keepsPlace)}::boolean[]
    ) AS now (owner_user_id, state, vtime, running, own_key, blocked_on, ready_at, keeps_place)
    WHERE lane.provider = ${provider} AND lane.owner_user_id = now.owner_user_id AND lane.own_key = now.own_key`;
  return [statement];
}

/** Counts the slots of new attempts. */
export function takeSlots({ provider }: ProviderNow, starts: readonly PlannedStart[]): RawBuilder<unknown>[] {
  const counts = new Map<string, { scope: string; key: string; count: number }>();
  const add = (scope: string, key: string): void => {
    const id = `${scope} ${key}`;
    const count = (counts.get(id)?.count ?? 0) + 1;
    counts.set(id, { scope, key, count });
  };
  for (const { model, key } of starts) {
    add('provider', '');
    add('model', model);
    if (key) add('credential', key.id);
  }
  if (counts.size === 0) return [];
  const taken = [...counts.values()];
  const statement = sql`
    INSERT INTO jobs.slots AS slot (provider, scope, key, in_use)
    SELECT ${provider}, scope, key, count FROM unnest(
      ${taken.map((row) => row.scope)}::text[], ${taken.map((row) => row.key)}::text[], ${taken.map((row) => row.count)}::int[]
    ) AS taken (scope, key, count)
    ON CONFLICT (provider, scope, key) DO UPDATE SET in_use = slot.in_use + excluded.in_use`;
  return [statement];
}

/**
 * Moves the virtual clock to the least time of those who still wait, and forgets lanes that are idle and owe nothing any more. Where
 * nobody waits, all debts are void: the clock passes every lane.
 */
export function moveClock(tx: JobsTx, { provider }: ProviderNow): void {
  const first = (ownKey: boolean) => sql`
    (SELECT vtime FROM jobs.lanes WHERE provider = ${provider} AND state = 'ready' AND own_key = ${ownKey}
     ORDER BY vtime LIMIT 1)`;
  tx.atCommit(sql`
    WITH clock AS (
      UPDATE jobs.provider_state SET changed_at = clock_timestamp(),
        vtime = greatest(vtime, coalesce(least(${first(false)}, ${first(true)}), vtime + ${MAX_LEAD}::float8))
      WHERE provider = ${provider} RETURNING vtime
    )
    DELETE FROM jobs.lanes WHERE ctid = ANY (ARRAY(
      SELECT lane.ctid FROM clock JOIN jobs.lanes AS lane ON lane.vtime <= clock.vtime
      WHERE lane.provider = ${provider} AND lane.state = 'idle' AND lane.running = 0
      ORDER BY lane.vtime LIMIT 1000))`);
}

/** Returns whether the reason is another than before: then it is worth a line in the log. */
export async function noteReason(tx: JobsTx, now: ProviderNow, reason: string | null): Promise<boolean> {
  if (reason === now.waitingReason) return false;
  await tx.sql
    .updateTable('jobs.provider_state')
    .set({ waiting_reason: reason, changed_at: sql<Date>`clock_timestamp()` })
    .where('provider', '=', now.provider)
    .execute();
  return true;
}
