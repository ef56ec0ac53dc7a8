import type { JobsTx } from '../jobs/job-changes';

/** A user whose jobs begin to wait for a provider. `weight` is 1 to 8. */
export interface OpenLane {
  readonly provider: string;
  readonly ownerUserId: string;
  readonly weight: number;
  /** Whether the job runs on a key of the user's own. */
  readonly ownKey: boolean;
}

/**
 * Says that a user has a job that waits. Called in the transaction that makes it wait: at the accept, and when another attempt
 * follows. It only inserts, so it waits for nobody and may come at any place in the lock order. The pass that takes the row sees
 * the job, since both were committed together: no job is overlooked by a pass that found the lane empty a moment before.
 */
export function openLane(tx: JobsTx, lane: OpenLane): Promise<void> {
  return openLanes(tx, [lane]);
}

/** The same for several jobs at once, with one row for each lane. */
export async function openLanes(tx: JobsTx, lanes: readonly OpenLane[]): Promise<void> {
  const distinct = new Map(
    lanes.map((lane) => [`${lane.provider} ${lane.ownerUserId} ${lane.ownKey}`, lane]),
  );
  if (distinct.size === 0) return;
  await tx.sql
    .insertInto('jobs.lane_wakes')
    .values(
      [...distinct.values()].map(({ provider, ownerUserId, weight, ownKey }) => ({
        provider,
        owner_user_id: ownerUserId,
        weight,
        own_key: ownKey,
      })),
    )
    .execute();
}
