import { sql, type RawBuilder } from 'kysely';
import type { JobsTx } from '../jobs/job-changes';
import type { ProviderNow } from './provider-limits';
import type { ReadyLane } from './ready-lanes';

/** What the user of `user_limit` may have at this provider at a time: the plan's, under what the operator set for the provider. */
export function perUserOf({ perUser, mostPerUser }: ProviderNow): RawBuilder<number> {
  return sql<number>`least(coalesce(user_limit.per_provider, ${perUser}::int), ${mostPerUser}::int)`;
}

/** Attempts of the user of `ready` in all other lanes; lanes written by a pass that has not ended are seen as they were. */
const ELSEWHERE = (provider: string) => sql`
  (SELECT coalesce(sum(other.running), 0)::int FROM jobs.lanes AS other
   WHERE other.owner_user_id = ready.owner_user_id AND other.running > 0
     AND NOT (other.provider = ${provider} AND other.own_key = ready.own_key))`;

/** How many attempts more the lane `ready` may start. */
export function roomOf(now: ProviderNow): RawBuilder<number> {
  return sql<number>`greatest(0, least(${perUserOf(now)} - ready.running,
    CASE WHEN user_limit.concurrency IS NULL THEN NULL
      ELSE user_limit.concurrency - ready.running - ${ELSEWHERE(now.provider)} END))`;
}

/**
 * Whether passes of two providers could both take the plan's last place: where it has fewer than all providers would start. A user may
 * have two lanes at a provider, one on the operator's keys and one on the user's own.
 */
export function tightOf(now: ProviderNow): RawBuilder<boolean> {
  return sql<boolean>`CASE WHEN user_limit.concurrency IS NULL THEN false
    ELSE user_limit.concurrency < 2 * ${perUserOf(now)} * (SELECT count(*) FROM jobs.provider_state) END`;
}

/**
 * Passes of two providers may look at the same user at the same moment, and both find the last place of the plan free. Where that is
 * possible, one of them has the user to itself, and counts again; the other leaves the user's lanes for its next look. Where a plan
 * has places for all that the providers would start, nothing is asked.
 */
export async function claimRoom(
  tx: JobsTx,
  now: ProviderNow,
  lanes: readonly ReadyLane[],
): Promise<readonly ReadyLane[]> {
  const contested = lanes.filter(({ room, tight }) => tight && room > 0);
  if (contested.length === 0) return lanes;
  const mine = await lockUsers(tx, [...new Set(contested.map(({ ownerUserId }) => ownerUserId))].sort());
  const left = await countRoom(tx, now, [...mine]);
  const open = new Set(contested);
  return lanes.map((lane) => {
    if (!open.has(lane)) return lane;
    const room = mine.has(lane.ownerUserId) ? (left.get(laneKey(lane)) ?? 0) : 0;
    return { ...lane, room: Math.min(lane.room, room), heads: lane.heads.slice(0, room) };
  });
}

/** Until the end of the transaction; those that another pass has at the moment are left out, so nobody waits. */
async function lockUsers(tx: JobsTx, owners: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ owner: string; mine: boolean }>`
    SELECT owner, pg_try_advisory_xact_lock(hashtext('shotloom.user-room'), hashtext(owner)) AS mine
    FROM unnest(${owners}::text[]) AS owner`.execute(tx.sql);
  return new Set(rows.filter(({ mine }) => mine).map(({ owner }) => owner));
}

/** Under the locks: what other passes have started is committed and seen. */
async function countRoom(
  tx: JobsTx,
  now: ProviderNow,
  owners: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (owners.length === 0) return new Map();
  const { rows } = await sql<{ owner_user_id: string; own_key: boolean; room: number }>`
    SELECT ready.owner_user_id, ready.own_key, ${roomOf(now)} AS room
    FROM jobs.lanes AS ready LEFT JOIN jobs.user_limits AS user_limit USING (owner_user_id)
    WHERE ready.provider = ${now.provider} AND ready.owner_user_id = ANY (${owners}::uuid[])`.execute(tx.sql);
  return new Map(
    rows.map((row) => [laneKey({ ownerUserId: row.owner_user_id, ownKey: row.own_key }), row.room]),
  );
}

const laneKey = ({ ownerUserId, ownKey }: Pick<ReadyLane, 'ownerUserId' | 'ownKey'>): string =>
  `${ownerUserId} ${ownKey}`;
