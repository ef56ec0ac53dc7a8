import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logFolder, projectEnv, ROOT } from './paths.mjs';

/**
 * Runs one command of the set-up with its output in a log file and one line on the screen. Rejects with the end of the
 * log. `label` is what happens, as a participle: "Installing packages".
 */
export async function runStep(label, command, args, { env = {}, log = 'setup.log' } = {}) {
  const file = join(logFolder(), log);
  const output = openSync(file, 'a');
  const from = fstatSync(output).size;
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
  const lines = readFileSync(file).subarray(from).toString().trimEnd().split('\n');
  const cause = lines.some((text) => /ENOSPC|No space left/i.test(text))
    ? ' because the disk is full'
    : ` (${code})`;
  throw new Error(`${label} failed${cause}; from ${file}:\n${excerpt(command, lines).join('\n')}`);
}

/** npm says the reason first and then much else; other programs say it last, though npm may have run them. */
function excerpt(command, lines) {
  const isNpm = (text) => text.startsWith('npm error');
  if (command === 'npm') return lines.filter(isNpm).slice(0, 8);
  return lines.filter((text) => !isNpm(text) && text.trim() !== '').slice(-25);
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
