import { runLoad } from '../load/run-load';
import { profileServices, WATCHED } from '../measure/profile-services';
import type { Table } from '../results';
import type { ScenarioContext } from '../scenario';
import { openWorld, type World } from '../world/world';
import { BODY, generateUrl } from './accept-request';

const USERS = 200;
const CLIENTS = 64;

/** A run of its own under V8's profiler, since watching costs time that the measured rounds must not pay. */
export async function profileTables({ quick, say }: ScenarioContext): Promise<Table[]> {
  say('once more under the profiler');
  const world = await openWorld({ users: USERS, without: ['provider-animatic'], env: WATCHED });
  try {
    await load(world, 2);
    return await profileServices(world, ['gateway', 'job-orchestrator'], () => load(world, quick ? 3 : 8));
  } finally {
    await world.close();
  }
}

function load({ platform, users }: World, seconds: number): Promise<unknown> {
  return runLoad({
    url: generateUrl(platform.runtime.gatewayUrl),
    keys: users.map(({ apiKey }) => apiKey),
    body: BODY,
    expect: 202,
    clients: CLIENTS,
    warmUpSeconds: 0.5,
    seconds,
  });
}
