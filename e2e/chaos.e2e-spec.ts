import { describeRun } from './chaos/report';
import { runChaos } from './chaos/run';

/** A short run by default, with a seed that is always the same; `npm run chaos` sets the rest. See docs/chaos.md. */
const {
  CHAOS_SEED: seed = '11095',
  CHAOS_SECONDS: seconds = '30',
  CHAOS_ORDERS: orders = '70',
  CHAOS_QUIET_SECONDS: quietSeconds = '120',
  CHAOS_OTHER_BUILD: otherBuild,
  CHAOS_DATA_DIR: dataDir,
} = process.env;

/** For the start, the crashes that are still being mended at the end, the look at everything, and the stop. */
const AROUND_MS = 300_000;
jest.setTimeout((Number(seconds) + Number(quietSeconds)) * 1_000 + AROUND_MS);

it(`keeps every promise, whatever breaks (seed ${seed})`, async () => {
  const result = await runChaos({
    seed: Number(seed),
    seconds: Number(seconds),
    orders: Number(orders),
    quietSeconds: Number(quietSeconds),
    otherBuild,
    dataDir,
    say: (text) => process.stderr.write(`${text}\n`),
  });
  const replay = `npm run chaos -- --seed ${seed} --minutes ${Number(seconds) / 60} --jobs ${orders}`;
  process.stderr.write(`\nSeed ${seed}\n${describeRun(result, replay)}\n\n`);
  expect(result.violations.slice(0, 20)).toEqual([]);
  // A run in which nothing happened would prove nothing.
  const { facts, crashes } = result;
  expect(facts.jobs.filter(({ status }) => status === 'completed').length).toBeGreaterThan(0);
  expect(facts.tasks.length).toBeGreaterThan(0);
  expect(crashes.length).toBeGreaterThan(0);
});
