import { causeOfDeath, startChild, waitFor, type Child } from '@shotloom/testing';
import { join } from 'node:path';

export interface ServiceProcess {
  readonly name: string;
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** On the command line of every process of one data folder, so that a later run knows its own. */
  readonly marker: string;
  readonly healthUrl: string;
}

const READY_MS = 60_000;

/** Starts one service and resolves when it says that it is ready. A service that ends before is one clear error. */
export async function startService(service: ServiceProcess): Promise<Child> {
  const { name, root, env, logFile, marker, healthUrl } = service;
  const child = await startChild({
    command: process.execPath,
    args: [
      ...nodeFlags(env),
      '--enable-source-maps',
      join(root, 'services', name, 'dist', 'main.js'),
      marker,
    ],
    cwd: root,
    env,
    logFile,
  });
  let exit: { code: number | null; signal: string | null } | undefined;
  void child.exited.then((seen) => {
    exit = seen;
  });
  try {
    await waitFor(async () => exit !== undefined || (await isReady(healthUrl)), {
      what: `${name} to be ready`,
      timeoutMs: READY_MS,
      intervalMs: 50,
    });
  } catch (error) {
    await child.stop();
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${name} is not ready after ${READY_MS / 1000} s (${why}); see ${logFile}.`, {
      cause: error,
    });
  }
  if (exit !== undefined) throw new Error(await describeDeath(service, exit));
  return child;
}

/** A small young generation saves about 15 MB a service and costs little until the machine is busy. */
function nodeFlags(env: NodeJS.ProcessEnv): string[] {
  return (env['SERVICE_NODE_FLAGS'] ?? '--max-semi-space-size=4').split(' ').filter((flag) => flag !== '');
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  if (response.ok) return true;
  throw new Error(`${url} answered ${response.status}`);
}

async function describeDeath(
  { name, logFile }: ServiceProcess,
  { code, signal }: { code: number | null; signal: string | null },
): Promise<string> {
  const how = signal ?? `exit code ${code}`;
  return `${name} ended with ${how} while it started (${await causeOfDeath(logFile)}); see ${logFile}.`;
}
