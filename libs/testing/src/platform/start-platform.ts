import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { lastLines } from '../infra/last-lines';
import { isOurs } from '../infra/orphan';
import { waitFor } from '../wait-for';
import { findLeaks, rememberSecret } from './leaks';
import type { RuntimeInfo, RuntimeMessage, RuntimeRequest } from './runtime-info';

export interface PlatformOptions {
  /** Kept after stop() when given; else a temporary one. */
  readonly dataDir?: string;
  /** Settings of the services, such as a greater upload limit. */
  readonly env?: Readonly<Record<string, string>>;
  /** Engines to start; default `['animatic']`. */
  readonly providers?: readonly string[];
  /** Vendors to simulate, together with their engines; default none. */
  readonly simulate?: readonly string[];
  /** Whether what was killed comes back by itself. Default false: the test decides when. */
  readonly supervise?: boolean;
}

/** The real processes of the whole platform, as `npm start` runs them. */
export interface RunningPlatform {
  /** The present addresses, key and pids. */
  readonly runtime: RuntimeInfo;
  /** Ends one process (a service, `nats`, `postgres`) and resolves when it is gone. It stays dead unless supervised. */
  kill(unit: string, signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again, also when it is dead; resolves when it is ready. `signal` is how a living one is ended first. */
  restart(unit: string, signal?: NodeJS.Signals): Promise<void>;
  /** The log of one process so far. */
  log(unit: string): Promise<string>;
  /**
   * Ends everything in order, and removes a temporary data folder. Throws where a log shows a secret: one of the installation, one that
   * `rememberSecret` was told, or anything of their shapes.
   */
  stop(): Promise<void>;
}

const ROOT = resolve(__dirname, '..', '..', '..', '..');
const RUNTIME = join(ROOT, 'deploy', 'local', 'dist', 'main.js');
const START_MS = 120_000;
const STOP_MS = 60_000;

/**
 * Boots the platform from its compiled services with a data folder and ports of its own; resolves when all is ready.
 * When the test run dies, however it dies, the platform ends too.
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<RunningPlatform> {
  if (!existsSync(RUNTIME)) throw new Error('The platform is not built: run `npm run build` first.');
  const temporary = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'shotloom-e2e-')));
  const runtime = await launch(dataDir, options);
  const readInfo = (): RuntimeInfo =>
    JSON.parse(readFileSync(join(dataDir, 'runtime.json'), 'utf8')) as RuntimeInfo;
  const ask = requester(runtime);
  return {
    get runtime() {
      return readInfo();
    },
    kill: async (unit, signal = 'SIGKILL') => {
      const pid = readInfo().pids[unit];
      if (pid === undefined) throw new Error(`${unit} does not run.`);
      process.kill(pid, signal);
      await waitFor(async () => !(await isOurs(pid, '')) && readInfo().pids[unit] !== pid, {
        what: `${unit} to be gone`,
        timeoutMs: STOP_MS,
      });
    },
    restart: async (unit, signal) => {
      const before = readInfo().pids[unit];
      await ask('restart', unit, signal);
      // It is written a moment after, and whoever asks now is to be told of the new one.
      await waitFor(() => ![undefined, before].includes(readInfo().pids[unit]), {
        what: `${unit} to have another pid`,
        timeoutMs: STOP_MS,
      });
    },
    log: (unit) => readFile(join(dataDir, 'logs', `${unit}.log`), 'utf8'),
    stop: async () => {
      await end(runtime);
      const leaks = await readLeaks(dataDir);
      if (temporary) await rm(dataDir, { recursive: true, force: true });
      if (leaks.length > 0) throw new Error(`Logs show secrets:\n${leaks.join('\n')}`);
    },
  };
}

async function readLeaks(dataDir: string): Promise<string[]> {
  const secrets: unknown = JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8'));
  for (const [name, value] of Object.entries(secrets as Record<string, unknown>)) {
    if (typeof value === 'string') rememberSecret(value, `the installation's ${name}`);
  }
  const leaks = await findLeaks(join(dataDir, 'logs'));
  // A simulated vendor prints its demo keys, which open nothing else.
  const ours = leaks.filter(({ file }) => !file.startsWith('simulator-'));
  return ours.map(({ file, line, what }) => `${file}:${line} ${what}`);
}

async function launch(dataDir: string, options: PlatformOptions): Promise<ChildProcess> {
  const { env = {}, providers = ['animatic'], simulate = [], supervise = false } = options;
  const engines = ['--providers', providers.join(','), '--simulate', simulate.join(',')];
  const args = ['--data-dir', dataDir, ...engines, '--port', '0', '--no-demo'];
  const child = fork(RUNTIME, supervise ? args : [...args, '--no-restart'], {
    cwd: ROOT,
    execArgv: [],
    env: { ...process.env, ...env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let failure: string | undefined;
  let ready = false;
  child.on('message', (message: RuntimeMessage) => {
    if (message.type === 'ready') ready = true;
    if (message.type === 'failed') failure = message.message;
  });
  child.once('exit', (code) => {
    failure ??= `it ended with exit code ${code}`;
  });
  await waitFor(() => ready || failure !== undefined, {
    what: 'the platform to be ready',
    timeoutMs: START_MS,
  });
  if (failure === undefined) return child;
  await end(child);
  throw new Error(
    `The platform did not start: ${failure}\n${await lastLines(join(dataDir, 'logs', 'gateway.log'))}`,
  );
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(timer);
}

/** Requests and answers over the IPC channel, told apart by number. */
function requester(
  child: ChildProcess,
): (action: RuntimeRequest['action'], unit: string, signal?: NodeJS.Signals) => Promise<void> {
  const open = new Map<number, (error: string | undefined) => void>();
  let next = 1;
  child.on('message', (message: RuntimeMessage) => {
    if (message.type !== 'answer') return;
    open.get(message.id)?.(message.error);
    open.delete(message.id);
  });
  child.once('exit', () => open.forEach((answer) => answer('the runtime ended')));
  return (action, unit, signal) =>
    new Promise((resolve, reject) => {
      const id = next++;
      open.set(id, (error) =>
        error === undefined ? resolve() : reject(new Error(`${action} of ${unit} failed: ${error}`)),
      );
      child.send({ type: 'request', id, action, unit, signal } satisfies RuntimeRequest);
    });
}
