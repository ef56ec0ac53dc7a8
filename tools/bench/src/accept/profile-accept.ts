import { runLoad } from '../load/run-load';
import { inspectorUrl, profileWhile } from '../measure/inspector';
import { byFunction, byModule, type CpuProfile, type Share } from '../measure/profile';
import type { Table } from '../results';
import type { ScenarioContext } from '../scenario';
import { openWorld, type World } from '../world/world';
import { BODY, generateUrl } from './accept-request';

const PROFILED = ['gateway', 'job-orchestrator'];
const ROWS = 16;
const USERS = 200;
const CLIENTS = 64;

/** A run of its own under V8's profiler, since watching costs time that the measured rounds must not pay. */
export async function profileTables({ quick, say }: ScenarioContext): Promise<Table[]> {
  say('once more under the profiler');
  const world = await openWorld({
    users: USERS,
    without: ['provider-animatic'],
    env: { SERVICE_NODE_FLAGS: '--max-semi-space-size=4 --inspect=127.0.0.1:0' },
  });
  try {
    await load(world, 2);
    const profiles = await profiled(world, PROFILED, () => load(world, quick ? 3 : 8));
    return PROFILED.flatMap((service, index) => {
      const profile = profiles[index];
      if (profile === undefined) throw new Error(`${service} left no profile.`);
      return [
        toTable(`Where ${service} spends its CPU, by module`, byModule(profile)),
        toTable(`Where ${service} spends its CPU, by function`, byFunction(profile)),
      ];
    });
  } finally {
    await world.close();
  }
}

/** All of them at once, so that each sees the same load. */
async function profiled(
  { platform }: World,
  services: readonly string[],
  work: () => Promise<unknown>,
): Promise<CpuProfile[]> {
  let running: Promise<unknown> | undefined;
  return Promise.all(
    services.map(async (service) =>
      profileWhile(inspectorUrl(await platform.log(service)), () => (running ??= work())),
    ),
  );
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

function toTable(title: string, shares: readonly Share[]): Table {
  const shown = shares.slice(0, ROWS);
  const rest = shares.slice(ROWS).reduce((sum, { share }) => sum + share, 0);
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return {
    title,
    head: ['', 'share'],
    rows: [...shown.map(({ module, share }) => [module, percent(share)]), ['all else', percent(rest)]],
  };
}
