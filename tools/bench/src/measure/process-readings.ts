import { readFileSync } from 'node:fs';
import type { RunningPlatform } from '@shotloom/testing';
import { cpuSeconds, processTree } from './cpu-time';

/** CPU seconds by process of the platform so far; `more` adds others. */
export function cpuOfAll(
  platform: RunningPlatform,
  more: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const pids = { ...platform.runtime.pids, ...more };
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuSeconds(pid)]));
}

/** Mebibytes that each process and its children hold; pages that several share are divided between them. */
export function memoryOfAll(platform: RunningPlatform): Record<string, number> {
  return Object.fromEntries(
    Object.entries(platform.runtime.pids).map(([name, pid]) => [
      name,
      processTree(pid).reduce((sum, each) => sum + proportionalKiB(each), 0) / 1024,
    ]),
  );
}

function proportionalKiB(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    // It has ended.
    return 0;
  }
}
