import { waitFor } from '@shotloom/testing';
import type { Ratio, Table } from '../results';
import type { Scenario, ScenarioContext } from '../scenario';
import { compare } from '../measure/compare';
import { SimulatedVendor } from '../vendor/simulated-vendor';
import { openVendorWorld, PROVIDER } from '../vendor/vendor-world';
import type { World } from '../world/world';
import { watchPhase, type Phase } from './phases';
import { askWithin, attemptIds, seedWaitingJobs } from './waiting-jobs';

const USERS = 200;
const CLIP = 64 * 1024;
const HOUR_SECONDS = 3_600;
const SEED_BATCH = 5_000;
/** Fifty calls a second about twenty tasks each. */
const BUDGET = { callsPerMinute: 3_000, tasksPerSecond: 1_000 };

interface Size {
  readonly jobs: number;
  /** Chosen so that about as many questions are due each second as the budget allows: see `pollInterval`. Seconds. */
  readonly sinceSeconds: number;
  readonly spreadSeconds: number;
  readonly phaseSeconds: number;
  readonly sample: number;
}

/** At a model's usual time each task is asked about every five to six seconds; long past it, every 60 to 72. */
const QUICK: Size = { jobs: 5_000, sinceSeconds: 130, spreadSeconds: 5, phaseSeconds: 10, sample: 100 };
const FULL: Size = { jobs: 100_000, sinceSeconds: 3_600, spreadSeconds: 66, phaseSeconds: 30, sample: 1_000 };

interface Measured {
  readonly idle: Phase;
  readonly plannerOnly: Phase;
  readonly polling: Phase;
  readonly drainSeconds: number;
}

/** What it costs to wait for many videos, and whether those that are ready come through meanwhile. */
export const inflightScenario: Scenario = {
  name: 'inflight',
  title: 'Jobs that wait at the vendor',
  async run(context) {
    const size = context.quick ? QUICK : FULL;
    const world = await openVendorWorld({
      ...{ users: USERS, clipBytes: CLIP, vendorMs: CALM_MS },
      callsPerMinute: BUDGET.callsPerMinute,
    });
    try {
      const measured = await measure(world, size, context);
      return { ratios: ratiosOf(measured), tables: tablesOf(measured), notes: notes(size, measured) };
    } finally {
      await world.close();
    }
  },
};

/** A vendor that is not done before the run is. */
const CALM_MS = 24 * HOUR_SECONDS * 1000;

async function measure(world: World, size: Size, { say }: ScenarioContext): Promise<Measured> {
  const { platform, sql } = world;
  const vendor = new SimulatedVendor(world);
  const watch = (): Promise<Phase> => watchPhase(world, vendor, size.phaseSeconds);
  for (let from = 1; from <= size.jobs; from += SEED_BATCH) {
    const count = Math.min(SEED_BATCH, size.jobs + 1 - from);
    await seed(world, vendor, { ...size, from, count, askAfterSeconds: HOUR_SECONDS });
  }
  await sql.query('vacuum analyze');
  await untilCounted(world, size.jobs);
  say(`${size.jobs} jobs wait at the vendor`);
  const idle = await watch();
  say('nothing was due; now the planner alone');
  await platform.kill('provider-kling', 'SIGTERM');
  await askWithin(sql, size.spreadSeconds);
  const plannerOnly = await watch();
  await askWithin(sql, 0, HOUR_SECONDS);
  await platform.restart('provider-kling');
  await untilSilent(vendor);
  say(`${plannerOnly.planned.toFixed(0)} tasks/s planned; now with the worker and the vendor`);
  await askWithin(sql, size.spreadSeconds);
  const polling = await watch();
  say(`${polling.planned.toFixed(0)} tasks/s planned, ${polling.calls.toFixed(1)} calls/s made`);
  const drainSeconds = await drain(world, vendor, size);
  say(`${size.sample} ready videos were ours after ${drainSeconds.toFixed(1)} s`);
  return { idle, plannerOnly, polling, drainSeconds };
}

async function seed(
  { sql }: World,
  vendor: SimulatedVendor,
  jobs: Pick<Size, 'sinceSeconds'> & { from: number; count: number; askAfterSeconds: number },
): Promise<void> {
  const taskIds = await vendor.order(attemptIds(jobs));
  await seedWaitingJobs(sql, { ...jobs, users: USERS }, taskIds);
}

/** The scheduler finds by itself what the rows say: lanes and slots are right before anything is measured. */
async function untilCounted({ sql }: World, jobs: number): Promise<void> {
  await waitFor(
    async () => {
      const { rows } = await sql.query<{ right: boolean }>(
        `select coalesce((select in_use from jobs.slots where provider = $1 and scope = 'provider'), 0) = $2
           and coalesce((select sum(running) from jobs.lanes where provider = $1), 0) = $2 as right`,
        [PROVIDER, jobs],
      );
      return rows[0]?.right === true;
    },
    { what: 'the scheduler to have counted what is in flight', timeoutMs: 120_000, intervalMs: 200 },
  );
}

/** What was planned while the worker was away is old by then; it drops most, and asks the last. */
async function untilSilent(vendor: SimulatedVendor): Promise<void> {
  let [last, same] = [-1, 0];
  await waitFor(
    async () => {
      const now = await vendor.queries();
      same = now === last ? same + 1 : 0;
      last = now;
      return same >= 4;
    },
    { what: 'the last questions to be asked', timeoutMs: 60_000, intervalMs: 500 },
  );
}

/** Jobs whose videos are ready join those that wait; they are found by polls, since nobody calls back. */
async function drain(world: World, vendor: SimulatedVendor, size: Size): Promise<number> {
  const ready = { from: size.jobs + 1, count: size.sample };
  await vendor.takesFromNowOn(0);
  const began = performance.now();
  await seed(world, vendor, { ...size, ...ready, askAfterSeconds: 0 });
  await waitFor(
    async () => {
      const { rows } = await world.sql.query<{ done: number }>(
        `select count(*)::int as done from jobs.jobs join jobs.attempts using (job_id)
         where attempt_id = any ($1::uuid[]) and jobs.status = 'completed'`,
        [attemptIds(ready)],
      );
      return rows[0]?.done === size.sample;
    },
    { what: 'the sample to be completed', timeoutMs: 300_000, intervalMs: 100 },
  );
  return (performance.now() - began) / 1000;
}

const of = (readings: Readonly<Record<string, number>>, name: string): number => readings[name] ?? 0;

function ratiosOf({ idle, plannerOnly, polling }: Measured): Ratio[] {
  const more = (phase: Phase): number =>
    of(phase.cores, 'job-orchestrator') - of(idle.cores, 'job-orchestrator');
  const budget = { measured: polling.planned, reference: BUDGET.tasksPerSecond };
  const share = { measured: more(plannerOnly) * 100, reference: more(polling) * 100 };
  return [
    compare(
      {
        key: 'inflight.polls',
        what: 'Tasks asked about',
        against: 'the budget of the vendor',
        unit: 'tasks/s',
        atMost: 1.05,
      },
      [budget],
    ),
    compare(
      {
        key: 'inflight.planner',
        what: 'CPU of job-orchestrator for planning alone, the worker being away',
        against: 'for planning and taking in the answers',
        unit: '% of a core',
      },
      [share],
    ),
  ];
}

function tablesOf({ idle, plannerOnly, polling }: Measured): Table[] {
  const names = Object.keys(polling.cores).filter((name) => name !== 'runtime');
  const phases = [idle, plannerOnly, polling];
  return [
    {
      title: 'Per cent of a core, and memory in MiB (shared pages divided between those who share them)',
      head: ['process', 'nothing due', 'planner alone', 'all of polling', 'memory'],
      rows: names.map((name) => [
        name,
        ...phases.map(({ cores }) => (of(cores, name) * 100).toFixed(1)),
        of(polling.memory, name).toFixed(0),
      ]),
    },
    {
      title: 'Polls a second',
      head: ['', 'nothing due', 'planner alone', 'all of polling'],
      rows: [
        ['tasks planned', ...phases.map(({ planned }) => planned.toFixed(0))],
        ['calls that reached the vendor', ...phases.map(({ calls }) => calls.toFixed(1))],
      ],
    },
  ];
}

const notes = (size: Size, { drainSeconds }: Measured): string[] => [
  `${size.jobs.toLocaleString('en')} jobs of ${USERS} users wait. To submit them all would take long, so their tasks are ordered at the simulator directly and their rows (jobs, attempts, timers, open holds, log, events) written by SQL as the engine would have left them; from then on all is real.`,
  `The budget is set to ${BUDGET.callsPerMinute} calls a minute of 20 tasks each. One run of each phase, ${size.phaseSeconds} s.`,
  `${size.sample} more jobs, whose videos are ready, were found by polls, fetched and completed within ${drainSeconds.toFixed(1)} s while the others were asked about.`,
];
