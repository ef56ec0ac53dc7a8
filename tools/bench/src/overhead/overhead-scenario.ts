import { readJobTimes } from '../finish/job-times';
import { AT_ONCE_MS, fullLoad, TINY, USERS } from '../finish/full-load';
import { untilPostersDrawn } from '../finish/posters';
import { perSecond, runWindow } from '../finish/window';
import { compare } from '../measure/compare';
import { quantile } from '../measure/statistics';
import type { Scenario } from '../scenario';
import { openVendorWorld } from '../vendor/vendor-world';
import type { World } from '../world/world';

const LOADS = [0.1, 0.5, 0.9] as const;
const LIGHT = LOADS[0];
const SHARES = [0.5, 0.95, 0.99] as const;

/** What the platform adds to the vendor's own time, at several shares of what it can finish. */
export const overheadScenario: Scenario = {
  name: 'overhead',
  title: 'What the platform adds to the time of the vendor',
  async run({ quick, say }) {
    const world = await openVendorWorld({ users: USERS, vendorMs: AT_ONCE_MS, clipBytes: TINY });
    try {
      const capacity = perSecond(await runWindow(world, fullLoad(quick)));
      say(`${capacity.toFixed(1)} finished jobs/s at full load`);
      const measured = new Map<number, number[][]>(LOADS.map((load) => [load, []]));
      for (let round = 1; round <= (quick ? 1 : 3); round += 1) {
        for (const load of LOADS) {
          // Else the posters of the load before would slow this one.
          await untilPostersDrawn(world);
          const overheads = await measure(world, capacity * load, quick);
          measured.get(load)?.push(overheads);
          say(`${load * 100} %: p50 ${quantile(overheads, 0.5).toFixed(0)} ms of ${overheads.length} jobs`);
        }
      }
      return { ...results(measured), notes: notes(capacity) };
    } finally {
      await world.close();
    }
  },
};

async function measure(world: World, rate: number, quick: boolean): Promise<number[]> {
  const { jobs } = await runWindow(world, {
    pace: { perSecond: rate },
    ...(quick ? { warmUpSeconds: 2, seconds: 12 } : { warmUpSeconds: 5, seconds: 40 }),
  });
  return (await readJobTimes(world, jobs)).map(({ overhead }) => overhead);
}

function results(
  measured: ReadonlyMap<number, readonly number[][]>,
): Pick<Awaited<ReturnType<Scenario['run']>>, 'ratios' | 'tables'> {
  const light = measured.get(LIGHT) ?? [];
  const ratios = LOADS.filter((load) => load !== LIGHT).map((load) =>
    compare(
      {
        key: `overhead.${load * 100}`,
        what: `Added at ${load * 100} % of the capacity, p50`,
        against: `at ${LIGHT * 100} %`,
        unit: 'ms',
      },
      (measured.get(load) ?? []).map((values, round) => ({
        measured: quantile(values, 0.5),
        reference: quantile(light[round] ?? [], 0.5),
      })),
    ),
  );
  const rows = [...measured].map(([load, rounds]) => {
    const all = rounds.flat();
    const figures = SHARES.map((share) => quantile(all, share).toFixed(0));
    return [`${load * 100} %`, ...figures, `${all.length}`];
  });
  const table = {
    title: 'From accepted to the completed event at the client, without the time of the vendor, milliseconds',
    head: ['share of the capacity', 'p50', 'p95', 'p99', 'jobs'],
    rows,
  };
  return { ratios, tables: [table] };
}

const notes = (capacity: number): string[] => [
  `The capacity was measured first, in the same run: ${capacity.toFixed(1)} finished jobs/s with clips of 64 KiB.`,
  'Orders come by chance at the given mean rate, whatever becomes of those before. The clock runs from the answer 202 to the message on the WebSocket of the user; what the log of the simulator says that the task took is taken off.',
];
