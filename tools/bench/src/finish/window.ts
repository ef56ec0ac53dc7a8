import { setTimeout as delay } from 'node:timers/promises';
import type { ClientJob, Pace } from '../client/job-plan';
import { JobClient } from '../client/job-client';
import { readCounters, type Counters } from '../measure/counters';
import { cpuUsed } from '../measure/cpu-time';
import { cpuOfAll } from '../measure/process-readings';
import { BODY } from '../vendor/vendor-world';
import type { World } from '../world/world';

const COUNTED = ['job-orchestrator', 'storage', 'notifier', 'provider-kling'] as const;
type Counted = (typeof COUNTED)[number];

/** What happened while the clock ran. */
export interface Window {
  readonly seconds: number;
  /** Jobs whose completion the client was told in that time. */
  readonly jobs: readonly ClientJob[];
  /** Seconds of CPU by process. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly before: Readonly<Record<Counted, Counters>>;
  readonly after: Readonly<Record<Counted, Counters>>;
}

export interface WindowOptions {
  readonly pace: Pace;
  /** Until the clock starts: connections, caches, and a pipeline that is full. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** Jobs through the whole platform at a pace; ends when all that was ordered has ended. */
export async function runWindow(world: World, options: WindowOptions): Promise<Window> {
  const { platform, users } = world;
  const client = await JobClient.start({
    ...{ gatewayUrl: platform.runtime.gatewayUrl, users, body: BODY },
    ...{ pace: options.pace, tolerant: false },
  });
  try {
    await delay(options.warmUpSeconds * 1000);
    const seen = await watch(world, client, options.seconds);
    const { open } = await client.stop();
    if (open > 0) throw new Error(`${open} jobs did not end.`);
    return seen;
  } finally {
    client.kill();
  }
}

async function watch({ platform }: World, client: JobClient, seconds: number): Promise<Window> {
  const read = async (): Promise<Record<Counted, Counters>> => {
    const { runtime } = platform;
    const counters = await Promise.all(COUNTED.map((name) => readCounters(runtime, name)));
    return Object.fromEntries(COUNTED.map((name, index) => [name, counters[index]])) as Record<
      Counted,
      Counters
    >;
  };
  const load = { load: client.pid };
  const before = await read();
  const cpuBefore = cpuOfAll(platform, load);
  const from = Date.now();
  await delay(seconds * 1000);
  const to = Date.now();
  const cpu = cpuUsed(cpuBefore, cpuOfAll(platform, load));
  const after = await read();
  client.check();
  const jobs = client.completedBetween(from, to);
  if (jobs.length === 0) throw new Error('No job was completed in the time that was measured.');
  return { seconds: (to - from) / 1000, jobs, cpu, before, after };
}

export const perSecond = ({ jobs, seconds }: Window): number => jobs.length / seconds;
