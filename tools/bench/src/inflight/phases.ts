import { setTimeout as delay } from 'node:timers/promises';
import { grown, readCounters } from '../measure/counters';
import { cpuUsed } from '../measure/cpu-time';
import { cpuOfAll, memoryOfAll } from '../measure/process-readings';
import { PROVIDER } from '../vendor/vendor-world';
import type { SimulatedVendor } from '../vendor/simulated-vendor';
import type { World } from '../world/world';

/** One stretch of time in which nothing but the waiting happens. */
export interface Phase {
  readonly seconds: number;
  /** Share of one core by process, 0 to the number of cores. */
  readonly cores: Readonly<Record<string, number>>;
  /** MiB by process, at the end. */
  readonly memory: Readonly<Record<string, number>>;
  /** Tasks that the planner sent questions about, a second. */
  readonly planned: number;
  /** Requests that reached the vendor, a second; each asks about up to twenty tasks. */
  readonly calls: number;
}

export async function watchPhase(
  { platform }: World,
  vendor: SimulatedVendor,
  seconds: number,
): Promise<Phase> {
  const counters = await readCounters(platform.runtime, 'job-orchestrator');
  const queries = await vendor.queries();
  const cpu = cpuOfAll(platform);
  const began = performance.now();
  await delay(seconds * 1000);
  const took = (performance.now() - began) / 1000;
  const used = cpuUsed(cpu, cpuOfAll(platform));
  const after = await readCounters(platform.runtime, 'job-orchestrator');
  return {
    seconds: took,
    cores: Object.fromEntries(Object.entries(used).map(([name, spent]) => [name, spent / took])),
    memory: memoryOfAll(platform),
    planned: grown(counters, after, 'shotloom_polls_planned_total', `provider="${PROVIDER}"`) / took,
    calls: ((await vendor.queries()) - queries) / took,
  };
}
