import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders of attempts, below one folder a service; what a killed worker left there is found by the next one. */
export class WorkDirs {
  private constructor(private readonly own: string) {}

  /** Removes what dead processes left, and makes a place for this one. */
  static async open(name: string, base: string = tmpdir()): Promise<WorkDirs> {
    // Two users of one machine cannot write into each other's folder.
    const root = join(base, `shotloom-${name}-${process.getuid?.() ?? 0}`);
    await mkdir(root, { recursive: true, mode: 0o700 });
    await sweep(root);
    const own = join(root, processName(process.pid));
    await mkdir(own, { recursive: true, mode: 0o700 });
    return new WorkDirs(own);
  }

  create(attemptId: string): Promise<string> {
    return mkdtemp(join(this.own, `${attemptId.replace(/[^\w-]/g, '')}-`));
  }

  /** A folder that is made when it is asked for, for `await using`. */
  attempt(attemptId: string): AttemptDir {
    return new LazyDir(() => this.create(attemptId));
  }
}

export interface AttemptDir extends AsyncDisposable {
  /** The folder. Rejects once it was removed, so that work which was left behind leaves nothing behind. */
  path(): Promise<string>;
}

class LazyDir implements AttemptDir {
  private made: Promise<string> | undefined;
  private gone = false;

  constructor(private readonly make: () => Promise<string>) {}

  path(): Promise<string> {
    if (this.gone) return Promise.reject(new Error('The folder of this attempt was removed.'));
    return (this.made ??= this.make());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.gone = true;
    const path = await this.made?.catch(() => undefined);
    // Who still writes there may add a file while the others are removed.
    if (path !== undefined) await rm(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The folder belongs to a process that lives only if pid and start time fit: pids are used again, 1 in every container. */
function processName(pid: number): string {
  return `${pid}-${startTimeOf(pid) ?? 'gone'}`;
}

async function sweep(root: string): Promise<void> {
  for (const entry of await readdir(root)) {
    const pid = Number.parseInt(entry, 10);
    if (Number.isInteger(pid) && entry === processName(pid)) continue;
    await rm(join(root, entry), { recursive: true, force: true });
  }
}

/** Field 22 of /proc/<pid>/stat; elsewhere than on Linux only whether the process lives. */
function startTimeOf(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') return process.kill(pid, 0) ? 'alive' : undefined;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, a name in parentheses, may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
