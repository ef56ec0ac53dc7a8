import { causeOfDeath, startChild, waitFor, type Child } from '@shotloom/testing';

export interface ServiceProcess {
  readonly name: string;
  /** The compiled file. */
  readonly script: string;
  /** The last one is the marker of the data folder: a later run knows its own by it. */
  readonly args: readonly string[];
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Answers 200 when the process is ready. */
  readonly healthUrl: string;
}

const READY_MS = 60_000;

/** Starts one process and resolves when it says that it is ready. One that ends before is one clear error. */
export async function startProcess(service: ServiceProcess): Promise<Child> {
  const { name, script, args, root, env, logFile, healthUrl } = service;
  const child = await startChild({
    command: process.execPath,
    args: [...nodeFlags(env), '--enable-source-maps', script, ...args],
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
