import { compare } from '../measure/compare';
import type { Scenario, ScenarioContext } from '../scenario';
import { openVendorWorld } from '../vendor/vendor-world';
import type { World } from '../world/world';
import { counterTable, cpuTable, stepTable, type Measured } from './finish-tables';
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
    const tiny = await openVendorWorld({ ...options, clipBytes: TINY });
    try {
      const larger = await openVendorWorld({ ...options, clipBytes: LARGER });
      try {
        return await measureBoth(tiny, larger, context);
      } finally {
        await larger.close();
      }
    } finally {
      await tiny.close();
    }
  },
};

async function measureBoth(
  tiny: World,
  larger: World,
  { quick, say }: ScenarioContext,
): ReturnType<Scenario['run']> {
  const sides = { tiny: sideOf('64 KiB', tiny), larger: sideOf('1 MiB', larger) };
  for (let round = 1; round <= (quick ? 1 : 4); round += 1) {
    for (const side of [sides.tiny, sides.larger]) {
      const window = await runWindow(side.world, fullLoad(quick));
      side.windows.push(window);
      side.times.push(...(await readJobTimes(side.world, window.jobs)));
      const poster = await untilPostersDrawn(side.world);
      if (poster !== null) side.posters.push(poster);
      say(`round ${round}, ${side.name}: ${perSecond(window).toFixed(1)} finished jobs/s`);
    }
  }
  const rounds = sides.larger.windows.flatMap((window, index) => {
    const reference = sides.tiny.windows[index];
    return reference === undefined ? [] : [{ measured: perSecond(window), reference: perSecond(reference) }];
  });
  const measured: Measured[] = [sides.tiny, sides.larger];
  return {
    ratios: [
      compare(
        {
          key: 'finish.larger',
          what: 'Finished, clips of 1 MiB',
          against: 'clips of 64 KiB',
          unit: 'jobs/s',
        },
        rounds,
      ),
    ],
    tables: [cpuTable(measured), stepTable(measured), counterTable(measured)],
    notes: [
      `${IN_FLIGHT} jobs of ${USERS} users are open at any time; the client has one WebSocket a user and orders the next when one is completed.`,
      `The vendor takes ${AT_ONCE_MS} ms and calls back twice, when it begins and when it is done. Clips are real MP4, padded to their size.`,
      'Posters wait while there is other work, one at a time; those that are left are drawn between the rounds, and what one costs is a row of its own.',
      'Objects are files; the services, Postgres, NATS, the simulator and the client share the machine.',
    ],
  };
}

interface Side {
  readonly name: string;
  readonly world: World;
  readonly windows: Window[];
  readonly times: JobTimes[];
  readonly posters: number[];
}

const sideOf = (name: string, world: World): Side => ({ name, world, windows: [], times: [], posters: [] });
