import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether `pid` is alive and its command line holds `marker`. A pid alone proves nothing: pids are used again. */
export async function isOurs(pid: number, marker: string): Promise<boolean> {
  try {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return commandLine.replaceAll('\0', ' ').includes(marker);
  } catch {
    return false;
  }
}

/** Ends a process that an earlier run left behind, if it still is that process. Returns whether it was there. */
export async function stopOrphan(
  pid: number,
  marker: string,
  { signal = 'SIGTERM', graceMs = 5_000 }: { signal?: NodeJS.Signals; graceMs?: number } = {},
): Promise<boolean> {
  if (!(await isOurs(pid, marker))) return false;
  send(pid, signal);
  const deadline = performance.now() + graceMs;
  while (await isOurs(pid, marker)) {
    if (performance.now() > deadline) send(pid, 'SIGKILL');
    await delay(25);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
}
