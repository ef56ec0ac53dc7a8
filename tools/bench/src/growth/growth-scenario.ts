import { BODY, generateUrl } from '../accept/accept-request';
import { runLoad } from '../load/run-load';
import type { LoadPlan, LoadResult } from '../load/load-plan';
import { compare, type Round } from '../measure/compare';
import type { Ratio } from '../results';
import type { Scenario, ScenarioContext } from '../scenario';
import { seedFinishedJobs } from '../world/history';
import { openWorld, untilQuiet, type World } from '../world/world';

const USERS = 200;

interface Question {
  readonly key: string;
  readonly what: string;
  readonly unit: string;
  readonly plan: (world: World) => Pick<LoadPlan, 'url' | 'body' | 'expect' | 'clients'>;
  readonly read: (result: LoadResult) => number;
  readonly aim: { readonly atLeast: number } | { readonly atMost: number };
}

const list = (world: World, query: string): string =>
  new URL(`/api/v1/jobs?${query}`, world.platform.runtime.gatewayUrl).href;

/** What must not depend on the past. */
const QUESTIONS: readonly Question[] = [
  {
    key: 'accept',
    what: 'Accepted jobs',
    unit: 'jobs/s',
    plan: ({ platform }) => ({
      url: generateUrl(platform.runtime.gatewayUrl),
      body: BODY,
      expect: 202,
      clients: 64,
    }),
    read: ({ answered, seconds }) => answered / seconds,
    aim: { atLeast: 0.9 },
  },
  {
    key: 'list',
    what: 'First page of 20 jobs, p50',
    unit: 'ms',
    plan: (world) => ({ url: list(world, 'limit=20'), expect: 200, clients: 4 }),
    read: ({ p50 }) => p50,
    aim: { atMost: 1.25 },
  },
  {
    key: 'filter',
    what: 'First page of the completed jobs, p50',
    unit: 'ms',
    plan: (world) => ({ url: list(world, 'limit=20&status=completed'), expect: 200, clients: 4 }),
    read: ({ p50 }) => p50,
    aim: { atMost: 1.25 },
  },
];

/** The same questions to a platform with little past and to one with much, in turn. */
export const growthScenario: Scenario = {
  name: 'growth',
  title: 'With a long past',
  async run(context) {
    const sizes = context.quick ? [20_000] : [100_000, 1_000_000];
    const young = await openWorld({ users: USERS, without: ['provider-animatic'] });
    try {
      const old = await openWorld({ users: USERS, without: ['provider-animatic'] });
      try {
        return { ratios: await compareAt(young, old, sizes, context), tables: [], notes: notes(sizes) };
      } finally {
        await old.close();
      }
    } finally {
      await young.close();
    }
  },
};

function notes(sizes: readonly number[]): string[] {
  return [
    `Two platforms side by side: one young, with ${YOUNG} finished jobs, and one with ${sizes.map((size) => size.toLocaleString('en')).join(', then ')}. Rows are written by SQL as the engine would have left them, ledger, attempts, log and events included, and analysed once, as autovacuum does.`,
  ];
}

/** Enough that both answer full pages; the difference is in what lies behind. */
const YOUNG = USERS * 25;

async function compareAt(
  young: World,
  old: World,
  sizes: readonly number[],
  context: ScenarioContext,
): Promise<Ratio[]> {
  await seedFinishedJobs(young.sql, { users: USERS, from: 0, to: YOUNG });
  let from = 0;
  const ratios: Ratio[] = [];
  for (const size of sizes) {
    await seedFinishedJobs(old.sql, { users: USERS, from, to: size });
    from = size;
    context.say(`${size.toLocaleString('en')} finished jobs are there`);
    for (const question of QUESTIONS) ratios.push(await compareOne(question, { young, old, size }, context));
  }
  return ratios;
}

async function compareOne(
  { key, what, unit, plan, read, aim }: Question,
  { young, old, size }: { young: World; old: World; size: number },
  { quick, say }: ScenarioContext,
): Promise<Ratio> {
  const ask = async (world: World, seconds: number): Promise<number> => {
    const keys = world.users.map(({ apiKey }) => apiKey);
    const result = await runLoad({ ...plan(world), keys, warmUpSeconds: 0.5, seconds });
    await untilQuiet(world);
    return read(result);
  };
  for (const world of [young, old]) await ask(world, 2);
  const rounds: Round[] = [];
  for (let round = 0; round < (quick ? 2 : 5); round += 1) {
    const reference = await ask(young, quick ? 2 : 4);
    rounds.push({ reference, measured: await ask(old, quick ? 2 : 4) });
  }
  const name = `${what}, ${size.toLocaleString('en')} finished jobs`;
  const ratio = compare(
    { key: `growth.${key}.${size}`, what: name, against: 'a young platform', unit, ...aim },
    rounds,
  );
  say(`${name}: ${ratio.ratio.toFixed(2)} times the young platform's`);
  return ratio;
}
