import { compare, type Round } from '../measure/compare';
import { cpuSeconds, cpuUsed } from '../measure/cpu-time';
import { median } from '../measure/statistics';
import type { Table } from '../results';
import type { Scenario, ScenarioContext } from '../scenario';
import { runLoad } from '../load/run-load';
import type { LoadResult } from '../load/load-plan';
import { openWorld, outboxBacklog, untilQuiet, type World } from '../world/world';
import { BODY, generateUrl } from './accept-request';
import { profileTables } from './profile-accept';
import { RawLimit } from './raw-limit';

const MANY = 200;
const CLIENTS = 64;
const AIM = 0.5;
const AIM_PER_SECOND = 1_800;

interface Measured extends Round {
  readonly load: LoadResult;
  /** CPU seconds by process while the load ran. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly backlog: number;
  readonly drainSeconds: number;
  /** CPU milliseconds of Postgres for each transaction of the raw limit. */
  readonly rawCpu: number;
}

/** Accepted jobs per second through the API against the raw limit of the same transaction on the same Postgres. */
export const acceptScenario: Scenario = {
  name: 'accept',
  title: 'Accepted jobs',
  async run(context) {
    const timing = context.quick ? { rounds: 2, seconds: 3 } : { rounds: 5, seconds: 8 };
    const world = await openWorld({ users: MANY, without: ['provider-animatic'] });
    let many: Measured[];
    let one: Measured[];
    let statements: number;
    try {
      const raw = await RawLimit.prepare(world, () => acceptOne(world));
      statements = raw.statements.length;
      many = await measure(world, raw, MANY, timing, context);
      one = await measure(world, raw, 1, timing, context);
    } finally {
      await world.close();
    }
    return {
      ratios: [
        toRatio('accept.many', `${MANY} users`, many),
        toRatio('accept.one', 'one user', one),
        absolute(many),
      ],
      tables: [cpuTable(many, one), latencyTable(many, one), ...(await profileTables(context))],
      notes: [
        `${CLIENTS} keep-alive connections from a process of its own; services, Postgres, NATS and the load share the machine's cores.`,
        `The raw limit is pgbench with prepared statements and the best of 4 to 32 connections on the same Postgres, running the ${statements} statements that one accept was seen to execute.`,
        'The worker that renders is stopped, so that jobs stay queued; events are published and scheduler passes run as always.',
      ],
    };
  },
};

async function acceptOne({ platform, users }: World): Promise<void> {
  const response = await fetch(generateUrl(platform.runtime.gatewayUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${users[0]?.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(BODY),
  });
  const text = await response.text();
  if (response.status !== 202) throw new Error(`The API answered ${response.status}: ${text}`);
}

/** A and B in turn, after one try of each that does not count. */
async function measure(
  world: World,
  raw: RawLimit,
  users: number,
  { rounds, seconds }: { rounds: number; seconds: number },
  { say }: ScenarioContext,
): Promise<Measured[]> {
  const clients = await raw.calibrate(users, Math.ceil(seconds / 3));
  say(`raw limit with ${users} user(s): best with ${clients} connections`);
  await load(world, users, Math.ceil(seconds / 2));
  const measured: Measured[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const service = await load(world, users, seconds);
    const postgres = world.platform.runtime.pids['postgres'] ?? 0;
    const before = cpuSeconds(postgres);
    const reference = await raw.measure(users, seconds);
    const rawCpu = ((cpuSeconds(postgres) - before) * 1000) / (reference * seconds);
    measured.push({ ...service, reference, rawCpu });
    say(`round ${round}: ${service.measured.toFixed(0)}/s accepted, raw limit ${reference.toFixed(0)}/s`);
  }
  return measured;
}

async function load(
  world: World,
  users: number,
  seconds: number,
): Promise<Omit<Measured, 'reference' | 'rawCpu'>> {
  const { pids, gatewayUrl } = world.platform.runtime;
  const readAll = (): Record<string, number> =>
    Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuSeconds(pid)]));
  const before = readAll();
  const result = await runLoad({
    url: generateUrl(gatewayUrl),
    keys: world.users.slice(0, users).map(({ apiKey }) => apiKey),
    body: BODY,
    expect: 202,
    clients: CLIENTS,
    warmUpSeconds: 0.5,
    seconds,
  });
  const cpu = { ...cpuUsed(before, readAll()), load: result.cpuSeconds };
  const backlog = await outboxBacklog(world.sql);
  const drainSeconds = await untilQuiet(world);
  return { load: result, measured: result.answered / result.seconds, cpu, backlog, drainSeconds };
}

function toRatio(key: string, who: string, rounds: readonly Measured[]): ReturnType<typeof compare> {
  return compare(
    {
      key,
      what: `Accepted, ${who}`,
      against: 'raw limit of the same transaction',
      unit: 'jobs/s',
      atLeast: AIM,
    },
    rounds,
  );
}

function absolute(rounds: readonly Measured[]): ReturnType<typeof compare> {
  const about = {
    key: 'accept.absolute',
    what: `Accepted, ${MANY} users`,
    against: 'three times 600/s',
    unit: 'jobs/s',
  };
  return compare(
    { ...about, atLeast: 1 },
    rounds.map(({ measured }) => ({ measured, reference: AIM_PER_SECOND })),
  );
}

/** Where the time of the cores goes, in milliseconds of CPU for each accepted job. */
function cpuTable(many: readonly Measured[], one: readonly Measured[]): Table {
  const names = Object.keys(many[0]?.cpu ?? {}).filter((name) => name !== 'runtime');
  const per = (rounds: readonly Measured[], name: string): string =>
    median(rounds.map(({ cpu, load: { answered } }) => ((cpu[name] ?? 0) * 1000) / answered)).toFixed(3);
  const rawCpu = (rounds: readonly Measured[]): string =>
    median(rounds.map((round) => round.rawCpu)).toFixed(3);
  return {
    title: 'CPU for each accepted job, milliseconds (warm-up included)',
    head: ['process', `${MANY} users`, 'one user'],
    rows: [
      ...names.map((name) => [name, per(many, name), per(one, name)]),
      ['Postgres, for one transaction of the raw limit', rawCpu(many), rawCpu(one)],
    ],
  };
}

function latencyTable(many: readonly Measured[], one: readonly Measured[]): Table {
  const row = (what: string, read: (measured: Measured) => number, digits = 1): string[] => [
    what,
    median(many.map(read)).toFixed(digits),
    median(one.map(read)).toFixed(digits),
  ];
  return {
    title: 'Answers and events (medians over the rounds)',
    head: ['', `${MANY} users`, 'one user'],
    rows: [
      row('answer, p50 ms', ({ load: { p50 } }) => p50),
      row('answer, p99 ms', ({ load: { p99 } }) => p99),
      row('events not yet on the bus when the load ends', ({ backlog }) => backlog, 0),
      row('seconds until they are', ({ drainSeconds }) => drainSeconds),
    ],
  };
}
