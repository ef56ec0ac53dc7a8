import type { Table } from '../results';
import type { World } from '../world/world';
import { inspectorUrl, profileWhile } from './inspector';
import { byFunction, byModule, type CpuProfile, type Share } from './profile';

const ROWS = 16;

/** Environment of a platform whose services can be watched. */
export const WATCHED = { SERVICE_NODE_FLAGS: '--max-semi-space-size=4 --inspect=127.0.0.1:0' };

/** Where services spend their CPU while `work` runs. The world must have been opened with `WATCHED`. */
export async function profileServices(
  world: World,
  services: readonly string[],
  work: () => Promise<unknown>,
): Promise<Table[]> {
  const profiles = await profiled(world, services, work);
  return services.flatMap((service, index) => {
    const profile = profiles[index];
    if (profile === undefined) throw new Error(`${service} left no profile.`);
    return [
      toTable(`Where ${service} spends its CPU, by module`, byModule(profile)),
      toTable(`Where ${service} spends its CPU, by function`, byFunction(profile)),
    ];
  });
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
