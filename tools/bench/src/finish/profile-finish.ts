import { profileServices, WATCHED } from '../measure/profile-services';
import type { Table } from '../results';
import { openVendorWorld } from '../vendor/vendor-world';
import { AT_ONCE_MS, fullLoad, TINY, USERS } from './full-load';
import { runWindow } from './window';

const PROFILED = ['storage', 'job-orchestrator', 'gateway', 'provider-kling'];

/** A run of its own under V8's profiler, since watching costs time that the measured rounds must not pay. */
export async function profileFinish(quick: boolean): Promise<Table[]> {
  const world = await openVendorWorld({ users: USERS, vendorMs: AT_ONCE_MS, clipBytes: TINY, env: WATCHED });
  try {
    return await profileServices(world, PROFILED, () => runWindow(world, fullLoad(quick)));
  } finally {
    await world.close();
  }
}
