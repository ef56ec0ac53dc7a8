import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Share of all cores that was busy for a while, 0 to 1: before a scenario begins, that is others' work. */
export async function busyShare(seconds: number): Promise<number> {
  const before = ticks();
  await delay(seconds * 1000);
  const after = ticks();
  const total = after.total - before.total;
  return total === 0 ? 0 : (total - (after.idle - before.idle)) / total;
}

function ticks(): { total: number; idle: number } {
  const times = cpus().map((core) => core.times);
  const idle = times.reduce((sum, time) => sum + time.idle, 0);
  const busy = times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, 0);
  return { total: idle + busy, idle };
}
