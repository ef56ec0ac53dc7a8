#!/usr/bin/env node
/** `npm run bench`: brings what is missing, builds, and hands over to tools/bench. What follows `--` goes there. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildAll } from './bootstrap/build.mjs';
import { checkMachine } from './bootstrap/check-machine.mjs';
import { installPackages } from './bootstrap/install-packages.mjs';
import { projectEnv, projectNode, ROOT } from './bootstrap/paths.mjs';
import { BENCH_TOOLS, ensureSystemTools } from './bootstrap/system-tools.mjs';

async function main() {
  checkMachine();
  await installPackages();
  await ensureSystemTools(BENCH_TOOLS);
  await buildAll();
  const script = join(ROOT, 'tools', 'bench', 'dist', 'main.js');
  const child = spawn(projectNode(), ['--enable-source-maps', script, ...process.argv.slice(2)], {
    cwd: ROOT,
    env: projectEnv(),
    stdio: 'inherit',
  });
  // Ctrl-C in a terminal reaches the child by itself; we only wait for it to clean up.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(`\nCould not measure: ${error.message}`);
    process.exit(1);
  },
);
