import type { JobsTx } from '../jobs/job-changes';

export async function openLane(
  _tx: JobsTx,
  _lane: { provider: string; ownerUserId: string; weight: number },
): Promise<void> {}
