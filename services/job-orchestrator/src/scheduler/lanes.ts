import { sessionOf } from '../changes/session';
import type { OpenLane } from '../changes/lane-writes';
import type { JobsTx } from '../jobs/job-changes';

/** Says, in the transaction that makes it wait and with its commit, that a user has a job that waits. */
export function openLane(tx: JobsTx, lane: OpenLane): Promise<void> {
  return openLanes(tx, [lane]);
}

/** The same for several jobs at once, with one row for each user and provider. */
export function openLanes(tx: JobsTx, lanes: readonly OpenLane[]): Promise<void> {
  const session = sessionOf(tx);
  for (const lane of lanes) session.openLane(lane);
  return Promise.resolve();
}
