import { compare, type Round } from '../measure/compare';
import type { Scenario, ScenarioContext } from '../scenario';
import { openVendorWorld, type VendorWorldOptions } from '../vendor/vendor-world';
import type { World } from '../world/world';
import { counterTable, cpuTable, stepTable } from './finish-tables';
import { untilPostersDrawn } from './posters';
import { readJobTimes, type JobTimes } from './job-times';
import { perSecond, runWindow, type Window, type WindowOptions } from './window';

export const USERS = 50;
const IN_FLIGHT = 64;
/** The vendor answers the order before its callback comes, as vendors do. */
export const AT_ONCE_MS = 20;
export const TINY = 64 * 1024;
const LARGER = 1024 * 1024;

/** As much as the platform takes: the next order follows the end of another. */
export const fullLoad = (quick: boolean): WindowOptions => ({
  pace: { inFlight: IN_FLIGHT },
  ...(quick ? { warmUpSeconds: 3, seconds: 8 } : { warmUpSeconds: 5, seconds: 20 }),
});

/** Finished jobs per second from the order to the client's event, with a vendor that is done at once and calls back. */
export const finishScenario: Scenario = {
  name: 'finish',
  title: 'Finished jobs',
  async run(context) {
    const options = { users: USERS, vendorMs: AT_ONCE_MS };
    const worlds: World[] = [];
    const open = async (more: Pick<VendorWorldOptions, 'clipBytes' | 'env'>): Promise<World> => {
      const world = await openVendorWorld({ ...options, ...more });
      worlds.push(world);
      return world;
    };
    try {
      const sides = {
        tiny: sideOf('64 KiB', await open({ clipBytes: TINY })),
        larger: sideOf('1 MiB', await open({ clipBytes: LARGER })),
        hasty: sideOf(
          '1 MiB, not synced',
          await open({ clipBytes: LARGER, env: { OBJECT_STORE_SYNC: 'false' } }),
        ),
      };
      return await measureAll(sides, context);
    } finally {
      for (const world of worlds.toReversed()) await world.close();
    }
  },
};

async function measureAll(sides: Sides, { quick, say }: ScenarioContext): ReturnType<Scenario['run']> {
  const all = [sides.tiny, sides.larger, sides.hasty];
  for (let round = 1; round <= (quick ? 1 : 4); round += 1) {
    for (const side of all) {
      const window = await runWindow(side.world, fullLoad(quick));
      side.windows.push(window);
      side.times.push(...(await readJobTimes(side.world, window.jobs)));
      const poster = await untilPostersDrawn(side.world);
      if (poster !== null) side.posters.push(poster);
      say(`round ${round}, ${side.name}: ${perSecond(window).toFixed(1)} finished jobs/s`);
    }
  }
  const ratioOf = (key: string, measured: Side, what: string, reference: Side, against: string) =>
    compare({ key, what, against, unit: 'jobs/s' }, roundsOf(measured, reference));
  return {
    ratios: [
      ratioOf('finish.larger', sides.larger, 'Finished, clips of 1 MiB', sides.tiny, 'clips of 64 KiB'),
      ratioOf('finish.hasty', sides.hasty, 'Finished, 1 MiB, files not synced', sides.larger, 'files synced'),
    ],
    tables: [cpuTable(all), stepTable(all), counterTable(all)],
    notes: [
      `${IN_FLIGHT} jobs of ${USERS} users are open at any time; the client has one WebSocket a user and orders the next when one is completed.`,
      `The vendor takes ${AT_ONCE_MS} ms and calls back twice, when it begins and when it is done. Clips are real MP4, padded to their size.`,
      'Posters wait for a moment with few ingests, five seconds at most, and share runs of ffmpeg; those that are left are drawn between the rounds, and what one costs is a row of its own.',
      'Of the renditions only posters are drawn (RENDITIONS=none): the preview and the sprite sheet of a video are no part of finishing it.',
      'Objects are files that the disk has before a job is completed, but where it says "not synced" (OBJECT_STORE_SYNC=false); the services, Postgres, NATS, the simulator and the client share the machine.',
    ],
  };
}

function roundsOf(measured: Side, reference: Side): Round[] {
  return measured.windows.flatMap((window, index) => {
    const other = reference.windows[index];
    return other === undefined ? [] : [{ measured: perSecond(window), reference: perSecond(other) }];
  });
}

interface Sides {
  readonly tiny: Side;
  readonly larger: Side;
  readonly hasty: Side;
}

interface Side {
  readonly name: string;
  readonly world: World;
  readonly windows: Window[];
  readonly times: JobTimes[];
  readonly posters: number[];
}

const sideOf = (name: string, world: World): Side => ({ name, world, windows: [], times: [], posters: [] });
