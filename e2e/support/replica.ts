import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freePort, startChild, waitFor, type Child, type RunningPlatform } from '@shotloom/testing';

const ROOT = resolve(__dirname, '..', '..');
const READY_MS = 60_000;

/** One more process of a service, beside those of the platform. */
export interface Replica {
  readonly child: Child;
  /** Health and metrics. */
  readonly internalUrl: string;
  /** Where it serves others than the operator; undefined where it does not. */
  readonly publicUrl: string | undefined;
}

/** The environment of the process of a service that runs now, so that a replica is of the same platform. */
export async function environmentOf(platform: RunningPlatform, service: string): Promise<NodeJS.ProcessEnv> {
  const pid = platform.runtime.pids[service];
  if (pid === undefined) throw new Error(`${service} does not run, so nobody knows how it was started.`);
  const text = await readFile(`/proc/${pid}/environ`, 'utf8');
  const entries = text.split('\0').filter((line) => line.includes('='));
  return Object.fromEntries(
    entries.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** Resolves when it is ready. `root`: a folder with another build of the project. */
export async function startReplica(options: {
  readonly service: string;
  /** Of its log. */
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logs: string;
  readonly root?: string | undefined;
}): Promise<Replica> {
  const { service, name, env, logs, root = ROOT } = options;
  const [internal, serving] = [await freePort(), await freePort()];
  const isPublic = env['PORT'] !== undefined;
  const child = await startChild({
    command: process.execPath,
    args: ['--enable-source-maps', join(root, 'services', service, 'dist', 'main.js')],
    cwd: root,
    env: { ...env, INTERNAL_PORT: `${internal}`, ...(isPublic ? { PORT: `${serving}` } : {}) },
    logFile: join(logs, `${name}.log`),
  });
  const internalUrl = `http://127.0.0.1:${internal}`;
  try {
    await waitFor(async () => (await fetch(`${internalUrl}/health/ready`)).ok, {
      what: `${name} to be ready`,
      timeoutMs: READY_MS,
      intervalMs: 100,
    });
  } catch (error) {
    await child.stop('SIGKILL');
    throw error;
  }
  return { child, internalUrl, publicUrl: isPublic ? `http://127.0.0.1:${serving}` : undefined };
}
