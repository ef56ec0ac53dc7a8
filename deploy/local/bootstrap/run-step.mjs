import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logFolder, projectEnv, ROOT } from './paths.mjs';

/**
 * Runs one command of the set-up with its output in a log file and one line on the screen. Rejects with the end of the
 * log. `label` is what happens, as a participle: "Installing packages".
 */
export async function runStep(label, command, args, { env = {}, log = 'setup.log' } = {}) {
  const file = join(logFolder(), log);
  const output = openSync(file, 'a');
  const began = Date.now();
  const line = progressLine(label, began);
  const child = spawn(command, args, { cwd: ROOT, env: projectEnv(env), stdio: ['ignore', output, output] });
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => resolve(exitCode ?? signal));
  }).finally(() => {
    closeSync(output);
    line.stop();
  });
  if (code === 0) return;
  const text = readFileSync(file, 'utf8');
  const end = text.trimEnd().split('\n').slice(-15).join('\n');
  const cause = /ENOSPC|No space left/i.test(end) ? ' because the disk is full' : ` (${code})`;
  throw new Error(`${label} failed${cause}; the end of ${file}:\n${end}`);
}

function progressLine(label, began) {
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  if (!process.stdout.isTTY) {
    console.log(`${label} ...`);
    return { stop: () => console.log(`${label}: ${seconds()}`) };
  }
  const draw = () => process.stdout.write(`\r\x1b[K${label} ... ${seconds()}`);
  draw();
  const timer = setInterval(draw, 1000);
  return {
    stop: () => {
      clearInterval(timer);
      process.stdout.write(`\r\x1b[K${label}: ${seconds()}\n`);
    },
  };
}
