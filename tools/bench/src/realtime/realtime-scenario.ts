import { compare, type Round } from '../measure/compare';
import { cpuUsed } from '../measure/cpu-time';
import { cpuOfAll, memoryOfAll } from '../measure/process-readings';
import { median } from '../measure/statistics';
import type { Scenario, ScenarioContext } from '../scenario';
import { openVendorWorld } from '../vendor/vendor-world';
import type { World } from '../world/world';
import { realtimeTable, type Measured } from './realtime-table';
import { allArrived, delaysOf } from './delays';
import { RealtimeProcess } from './realtime-process';
import type { Seen, Wire } from './realtime-plan';

const MANY = 10_000;
const FEW = 100;
const PER_SECOND = 1_000;
const AIM_MS = 50;
const CONNECT_MS = 180_000;
const ARRIVE_MS = 30_000;
const PATIENCE_MS = 30_000;

/** How long a change of a job takes from its commit to the client, on each wire, with few clients and with many. */
export const realtimeScenario: Scenario = {
  name: 'realtime',
  title: 'Events to clients',
  async run(context) {
    const clients = context.quick ? MANY / 10 : MANY;
    const world = await openVendorWorld({ users: clients, vendorMs: 20, clipBytes: 64 * 1024 });
    try {
      return await measureAll(world, context);
    } finally {
      await world.close();
    }
  },
};

async function measureAll(world: World, { quick, say }: ScenarioContext): ReturnType<Scenario['run']> {
  const measured: Measured[] = [];
  for (const wire of ['websocket', 'sse'] as const) {
    for (const clients of [FEW, world.users.length]) {
      const one = await withAudience(world, { wire, clients, rounds: quick ? 1 : 5, quick });
      const { p50, p99 } = medians(one);
      say(`${clients} clients by ${wire}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
      measured.push(one);
    }
  }
  const many = measured.filter(({ clients }) => clients !== FEW);
  return {
    ratios: many.map(({ wire, clients, rounds }) =>
      compare(
        {
          ...{ key: `realtime.${wire}`, what: `${wire}: p99 with ${clients} clients`, unit: 'ms' },
          ...{ against: 'the aim', atMost: 1 },
        },
        rounds.map(({ p99 }): Round => ({ measured: p99, reference: AIM_MS })),
      ),
    ),
    tables: [realtimeTable(measured)],
    notes: [
      `${PER_SECOND} changes of jobs a second, each of another user, committed with the outbox of the services by one process and told to that user's one client in another. The clock runs from the answer to the commit until the client has read the message.`,
      'One notifier; clients connect to it directly. Each change was told exactly once, or there would be no figure.',
    ],
  };
}

interface AudienceOptions {
  readonly wire: Wire;
  readonly clients: number;
  readonly rounds: number;
  readonly quick: boolean;
}

/** Connects the clients once, and measures round after round with them. */
async function withAudience(world: World, options: AudienceOptions): Promise<Measured> {
  const { wire, clients, quick } = options;
  const notifierUrl = world.platform.runtime.publicUrls['notifier'];
  if (notifierUrl === undefined) throw new Error('The notifier has no address.');
  const before = memoryOfAll(world.platform)['notifier'] ?? 0;
  const users = world.users.slice(0, clients);
  const audience = RealtimeProcess.audience({ notifierUrl, wire, users });
  try {
    const connectSeconds = await audience.connected(CONNECT_MS);
    const rounds = [];
    for (let round = 1; round <= options.rounds; round += 1) {
      rounds.push(await oneRound(world, audience, { users, seconds: quick ? 5 : 10 }));
    }
    const grownMiB = (memoryOfAll(world.platform)['notifier'] ?? 0) - before;
    return { wire, clients, connectSeconds, kibPerClient: (grownMiB * 1024) / clients, rounds };
  } finally {
    audience.kill();
  }
}

async function oneRound(
  { platform }: World,
  audience: RealtimeProcess,
  { users, seconds }: { readonly users: World['users']; readonly seconds: number },
): Promise<Measured['rounds'][number]> {
  const { databaseUrl, natsUrl } = platform.runtime;
  const before = cpuOfAll(platform);
  const source = RealtimeProcess.source({
    ...{ databaseUrl, natsUrl, users, perSecond: PER_SECOND, warmUpSeconds: 3, seconds },
  });
  try {
    const committed = await source.committed(seconds * 1000 + PATIENCE_MS);
    const received = await untilArrived(audience, committed);
    const cpu = cpuUsed(before, cpuOfAll(platform));
    return {
      ...delaysOf(committed, received),
      notifierMs: ((cpu['notifier'] ?? 0) * 1000) / committed.length,
    };
  } finally {
    source.kill();
  }
}

/** What the last commits of a round were about may still be under way. */
async function untilArrived(audience: RealtimeProcess, committed: readonly Seen[]): Promise<readonly Seen[]> {
  const deadline = performance.now() + ARRIVE_MS;
  let received = await audience.received();
  while (!allArrived(committed, received) && performance.now() < deadline)
    received = await audience.received();
  return received;
}

const medians = ({ rounds }: Measured): { readonly p50: number; readonly p99: number } => ({
  p50: median(rounds.map(({ p50 }) => p50)),
  p99: median(rounds.map(({ p99 }) => p99)),
});
