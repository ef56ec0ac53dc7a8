import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@shotloom/testing';
import { JobClient } from '../client/job-client';
import { TINY, USERS } from '../finish/full-load';
import { compare, type Round } from '../measure/compare';
import { median } from '../measure/statistics';
import type { Scenario, ScenarioContext } from '../scenario';
import { BODY, openVendorWorld } from '../vendor/vendor-world';
import { newClient, type World } from '../world/world';

const UNITS = ['gateway', 'job-orchestrator', 'provider-kling', 'storage', 'notifier', 'nats', 'postgres'];
const PER_SECOND = 4;
const VENDOR_MS = 500;
const CALM_MS = 3_000;
const TIMEOUT_MS = 90_000;

/** From the kill of one process, milliseconds. */
interface Recovery {
  /** Until its next process said that it is ready. */
  readonly ready: number;
  /** Until the client was told that a job is completed which it had ordered after the kill. */
  readonly completed: number;
}

/** kill -9 of each process under load, and how long it takes until a job goes all the way again. */
export const recoveryScenario: Scenario = {
  name: 'recovery',
  title: 'After a kill -9',
  async run(context) {
    const world = await openVendorWorld({ users: USERS, vendorMs: VENDOR_MS, clipBytes: TINY });
    try {
      return await killAll(world, context);
    } finally {
      await world.close();
    }
  },
};

async function killAll(world: World, { quick, say }: ScenarioContext): ReturnType<Scenario['run']> {
  const client = await startClient(world);
  try {
    await firstCompleted(client, Date.now());
    const measured = new Map<string, Recovery[]>();
    for (let round = 1; round <= (quick ? 1 : 5); round += 1) {
      for (const unit of UNITS) {
        const recovery = await killOne(world, client, unit);
        measured.set(unit, [...(measured.get(unit) ?? []), recovery]);
        say(
          `${unit}: ready after ${recovery.ready.toFixed(0)} ms, a job completed after ${recovery.completed.toFixed(0)} ms`,
        );
      }
    }
    const { accepted } = await client.stop();
    const ended = await untilAllEnded(world);
    return { ...results(measured), notes: notes(accepted, ended) };
  } finally {
    client.kill();
  }
}

function startClient({ platform, users }: World): Promise<JobClient> {
  return JobClient.start({
    ...{ gatewayUrl: platform.runtime.gatewayUrl, users, body: BODY },
    ...{ pace: { perSecond: PER_SECOND }, tolerant: true },
  });
}

async function killOne({ platform }: World, client: JobClient, unit: string): Promise<Recovery> {
  // Time under load in which nothing is broken, so that the next kill meets a platform that is well.
  await delay(CALM_MS);
  const killed = Date.now();
  await platform.kill(unit, 'SIGKILL');
  await platform.restart(unit);
  const ready = Date.now() - killed;
  return { ready, completed: (await firstCompleted(client, killed)) - killed };
}

/** When the client was told of the first completed job of those that it ordered after a moment. */
function firstCompleted(client: JobClient, after: number): Promise<number> {
  return waitFor(() => client.jobs.find(({ completed, sentAt }) => completed && sentAt > after)?.endedAt, {
    what: 'a job ordered after the kill to be completed',
    timeoutMs: TIMEOUT_MS,
    intervalMs: 20,
  });
}

/** Also those whose event fell into the time without sockets: nothing that was accepted may be lost. */
async function untilAllEnded({ platform }: World): Promise<Ended> {
  const sql = newClient(platform);
  await sql.connect();
  try {
    return await waitFor(
      async () => {
        const { rows } = await sql.query<Ended & { open: number }>(COUNT_ENDS);
        return rows[0]?.open === 0 ? rows[0] : undefined;
      },
      { what: 'every job to end', timeoutMs: TIMEOUT_MS * 2, intervalMs: 200 },
    );
  } finally {
    await sql.end();
  }
}

interface Ended {
  readonly completed: number;
  readonly failed: number;
}

const COUNT_ENDS = `
  select count(*) filter (where finished_at is null)::int as open,
    count(*) filter (where status = 'completed')::int as completed,
    count(*) filter (where status in ('failed', 'cancelled'))::int as failed from jobs.jobs`;

function results(
  measured: ReadonlyMap<string, readonly Recovery[]>,
): Pick<Awaited<ReturnType<Scenario['run']>>, 'ratios' | 'tables'> {
  const rounds = (recoveries: readonly Recovery[]): Round[] =>
    recoveries.map(({ completed, ready }) => ({ measured: completed / 1000, reference: ready / 1000 }));
  const ratios = [...measured].map(([unit, recoveries]) =>
    compare(
      {
        key: `recovery.${unit}`,
        what: `${unit}: first job completed after the kill`,
        against: 'its new process is ready',
        unit: 's',
      },
      rounds(recoveries),
    ),
  );
  const rows = [...measured].map(([unit, recoveries]) => [
    unit,
    median(recoveries.map(({ ready }) => ready)).toFixed(0),
    median(recoveries.map(({ completed }) => completed)).toFixed(0),
    Math.max(...recoveries.map(({ completed }) => completed)).toFixed(0),
  ]);
  const table = {
    title: 'From the kill, milliseconds',
    head: ['process', 'ready again, median', 'first job completed, median', 'the slowest round'],
    rows,
  };
  return { ratios, tables: [table] };
}

const notes = (accepted: number, ended: Ended): string[] => [
  `${PER_SECOND} orders a second all the time, ${VENDOR_MS} ms at the vendor. The process is started again as soon as it is gone. What counts is the first job that was ordered after the kill and whose completion its client was told.`,
  `The client was promised ${accepted} jobs; ${ended.completed} were completed in the end and ${ended.failed} failed. An order whose answer was lost may be one of them.`,
];
