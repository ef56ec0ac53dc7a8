import { execFile } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Runs a script of a service to its end (migrations, topology, seed) and gives its stdout. What it wrote is in the log;
 * a failure names the script and shows the end of what it said.
 */
export async function runOnce(task: {
  what: string;
  script: string;
  env: NodeJS.ProcessEnv;
  logFile: string;
  /** What it prints is a secret, so only stderr is kept. */
  secret?: boolean;
}): Promise<string> {
  const { what, script, env, logFile, secret = false } = task;
  try {
    const { stdout, stderr } = await run(process.execPath, [script], {
      env,
      timeout: 120_000,
      maxBuffer: 16e6,
    });
    await appendFile(logFile, secret ? stderr : stdout + stderr);
    return stdout;
  } catch (error) {
    const output = textOf(error, 'stdout') + textOf(error, 'stderr');
    await appendFile(logFile, output);
    const end = output.trim().split('\n').slice(-5).join('\n');
    throw new Error(`${what} failed; see ${logFile}:\n${end}`, { cause: error });
  }
}

function textOf(error: unknown, key: 'stdout' | 'stderr'): string {
  const value = error instanceof Error ? (error as Error & Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' ? value : '';
}
