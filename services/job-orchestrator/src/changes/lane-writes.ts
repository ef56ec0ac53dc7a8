import { sql, type RawBuilder } from 'kysely';

/** A user whose jobs begin to wait for a provider. `weight` is 1 to 8. */
export interface OpenLane {
  readonly provider: string;
  readonly ownerUserId: string;
  readonly weight: number;
  /** Whether the job runs on a key of the user's own. */
  readonly ownKey: boolean;
}

/**
 * Says that users have jobs that wait, one row for each lane. Written in the transaction that makes them wait: at the
 * accept, and when another attempt follows. It only inserts, so it waits for nobody and may come at any place in the lock order. The
 * pass that takes the row sees the job, since both were committed together: no job is overlooked by a pass that found the lane
 * empty a moment before.
 */
export function writeLanes(lanes: readonly OpenLane[]): RawBuilder<unknown> {
  const distinct = [
    ...new Map(
      lanes.map((lane) => [`${lane.provider} ${lane.ownerUserId} ${lane.ownKey}`, lane] as const),
    ).values(),
  ];
  return sql`
    INSERT INTO jobs.lane_wakes (provider, owner_user_id, weight, own_key)
    SELECT provider, owner_user_id, weight, own_key FROM unnest(
      ${distinct.map(({ provider }) => provider)}::text[], ${distinct.map(({ ownerUserId }) => ownerUserId)}::uuid[],
      ${distinct.map(({ weight }) => weight)}::real[], ${distinct.map(({ ownKey }) => ownKey)}::boolean[]
    ) AS waiting (provider, owner_user_id, weight, own_key)`;
}

/** Says that the next jobs of these sets may go on. It only inserts, as for lanes. */
export function wakeSets(setIds: readonly string[]): RawBuilder<unknown> {
  return sql`
    INSERT INTO jobs.set_wakes (provider, set_id)
    SELECT provider, set_id FROM jobs.job_sets WHERE set_id = ANY (${setIds}::uuid[])`;
}
