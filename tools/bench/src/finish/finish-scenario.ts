import { compare, type Round } from '../measure/compare';
import type { Scenario, ScenarioContext } from '../scenario';
import { openVendorWorld, type VendorWorldOptions } from '../vendor/vendor-world';
import { counterTable, cpuTable, stepTable } from './finish-tables';
import { AT_ONCE_MS, fullLoad, IN_FLIGHT, TINY, USERS } from './full-load';
import { untilPostersDrawn } from './posters';
import { readJobTimes, type JobTimes } from './job-times';
import { profileFinish } from './profile-finish';
import { perSecond, runWindow, type Window } from './window';

const LARGER = 1024 * 1024;

/** Finished jobs per second from the order to the client's event, with a vendor that is done at once and calls back. */
export const finishScenario: Scenario = {
  name: 'finish',
  title: 'Finished jobs',
  async run(context) {
    const result = await compareSides(context);
    context.say('once more under the profiler');
    return { ...result, tables: [...result.tables, ...(await profileFinish(context.quick))] };
  },
};

async function compareSides({ quick, say }: ScenarioContext): ReturnType<Scenario['run']> {
  const sides = {
    tiny: sideOf('64 KiB', { clipBytes: TINY }),
    larger: sideOf('1 MiB', { clipBytes: LARGER }),
    hasty: sideOf('1 MiB, not synced', { clipBytes: LARGER, env: { OBJECT_STORE_SYNC: 'false' } }),
  };
  const all = [sides.tiny, sides.larger, sides.hasty];
  for (let round = 1; round <= (quick ? 1 : 4); round += 1) {
    for (const side of all) {
      const rate = await measureOnce(side, quick);
      say(`round ${round}, ${side.name}: ${rate.toFixed(1)} finished jobs/s`);
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
      'Each round is a platform of its own, started for it and warmed up for ten seconds.',
      `${IN_FLIGHT} jobs of ${USERS} users are open at any time; the client has one WebSocket a user and orders the next when one is completed.`,
      `The vendor takes ${AT_ONCE_MS} ms and calls back twice, when it begins and when it is done. Clips are real MP4, padded to their size.`,
      'Posters wait for a moment with few ingests, five seconds at most, and share runs of ffmpeg; those that are left are drawn after the round, and what one costs is a row of its own.',
      'Of the renditions only posters are drawn (RENDITIONS=none): the preview and the sprite sheet of a video are no part of finishing it.',
      'Objects are files that the disk has before a job is completed, but where it says "not synced" (OBJECT_STORE_SYNC=false); the services, Postgres, NATS, the simulator and the client share the machine.',
    ],
  };
}

/** A platform of its own each time: one that stood by would take a part of the cores, and a used one is not like a new one. */
async function measureOnce(side: Side, quick: boolean): Promise<number> {
  const world = await openVendorWorld({ users: USERS, vendorMs: AT_ONCE_MS, ...side.options });
  try {
    const window = await runWindow(world, fullLoad(quick));
    side.windows.push(window);
    side.times.push(...(await readJobTimes(world, window.jobs)));
    const poster = await untilPostersDrawn(world);
    if (poster !== null) side.posters.push(poster);
    return perSecond(window);
  } finally {
    await world.close();
  }
}

function roundsOf(measured: Side, reference: Side): Round[] {
  return measured.windows.flatMap((window, index) => {
    const other = reference.windows[index];
    return other === undefined ? [] : [{ measured: perSecond(window), reference: perSecond(other) }];
  });
}

interface Side {
  readonly name: string;
  readonly options: Pick<VendorWorldOptions, 'clipBytes' | 'env'>;
  readonly windows: Window[];
  readonly times: JobTimes[];
  readonly posters: number[];
}

const sideOf = (name: string, options: Side['options']): Side => ({
  ...{ name, options },
  ...{ windows: [], times: [], posters: [] },
});
