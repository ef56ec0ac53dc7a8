import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { findTool } from './system-tool';

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** stdout and stderr are appended here. */
  readonly logFile: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** What the kernel sends when this process dies, however it dies. Default SIGTERM. */
  readonly deathSignal?: NodeJS.Signals;
  /** Run as another user; only root may. `keepReach` lets that user still pass through folders closed to it. */
  readonly user?: { readonly uid: number; readonly gid: number; readonly keepReach: boolean } | undefined;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that was started and can be ended. */
export interface Child {
  readonly pid: number;
  /** Resolves once, when it is gone; never rejects. */
  readonly exited: Promise<ChildExit>;
  /** `signal`, then SIGKILL after `graceMs` (default 10,000); takes what is left of its process group along. */
  stop(signal?: NodeJS.Signals, graceMs?: number): Promise<ChildExit>;
}

/**
 * Starts a process in a group of its own, so that Ctrl-C in a terminal reaches only us and we can stop things in
 * order. Where `setpriv` is there (every Debian), the kernel ends the child when we die, even by kill -9.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const log = openSync(options.logFile, 'a');
  const { command, args } = wrapCommand({ deathSignal: 'SIGTERM', ...options });
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  closeSync(log);
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: 127, signal: null }));
  });
  const pid = await spawned(child, options.command);
  void exited.then(() => killGroup(pid));
  return { pid, exited, stop: (signal, graceMs) => stopChild(child, exited, signal, graceMs) };
}

/** One capability outlives the change of user; the bit makes access(2), which initdb asks, count it too. */
const KEEP_REACH = [
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
  '--securebits=+no_setuid_fixup',
];

/** Puts `setpriv` in front: for the signal that follows our death, and for the other user. */
export function wrapCommand(options: {
  command: string;
  args: readonly string[];
  deathSignal?: string | undefined;
  user?: ChildOptions['user'];
}): { command: string; args: string[] } {
  const { command, args, deathSignal, user } = options;
  const setpriv = findTool('setpriv');
  if (setpriv === undefined) {
    if (user === undefined) return { command, args: [...args] };
    throw new Error('setpriv is needed to start Postgres as root: run `apt-get install -y util-linux`.');
  }
  const privileges = deathSignal === undefined ? [] : ['--pdeathsig', deathSignal.replace('SIG', '')];
  if (user !== undefined) {
    privileges.push(`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups');
    if (user.keepReach) privileges.push(...KEEP_REACH);
  }
  return { command: setpriv, args: [...privileges, '--', command, ...args] };
}

function spawned(child: ChildProcess, command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.once('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
  });
}

async function stopChild(
  child: ChildProcess,
  exited: Promise<ChildExit>,
  signal: NodeJS.Signals = 'SIGTERM',
  graceMs = 10_000,
): Promise<ChildExit> {
  if (child.exitCode !== null || child.signalCode !== null) return exited;
  child.kill(signal);
  const timer = new AbortController();
  const late = delay(graceMs, 'late' as const, { signal: timer.signal }).catch(() => 'done' as const);
  const first = await Promise.race([exited, late]);
  timer.abort();
  if (first === 'late') child.kill('SIGKILL');
  return exited;
}

/** A service that was killed leaves its ffmpeg behind; it is in the same group. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody of the group is left, which is the usual case.
  }
}
