import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { logFolder, projectEnv, projectNode, ROOT } from './paths.mjs';

export const RUNTIME = join(ROOT, 'deploy', 'local', 'dist', 'main.js');

/**
 * Hands over to the runtime on the project's own Node and ends as it ends. It has a process group of its own: Ctrl-C
 * comes to it through us, once, whatever npm and the terminal do.
 */
export async function runAttached(args) {
  const child = spawn(projectNode(), [RUNTIME, ...args], {
    cwd: ROOT,
    env: projectEnv({ NODE_OPTIONS: '' }),
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Starts the runtime in the background and returns when everything is ready, or with what it said when it failed. */
export async function runDetached(args) {
  const log = openSync(join(logFolder(), 'runtime.log'), 'a');
  const child = spawn(projectNode(), [RUNTIME, ...args], {
    cwd: ROOT,
    env: projectEnv({ NODE_OPTIONS: '' }),
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const cancel = () => child.kill('SIGTERM');
  process.once('SIGINT', cancel).once('SIGTERM', cancel);
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (message.type === 'say') console.log(message.text);
      if (message.type !== 'ready') return;
      child.disconnect();
      child.unref();
      resolve(0);
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
