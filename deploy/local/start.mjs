#!/usr/bin/env node
/**
 * The first script of a fresh clone: plain JavaScript without a dependency, because nothing is installed yet and the
 * machine's Node may be 20. It brings what is missing, builds, and hands over to the runtime in src/.
 */
import { existsSync } from 'node:fs';
import { runAttached, runDetached, RUNTIME } from './bootstrap/attach.mjs';
import { buildAll } from './bootstrap/build.mjs';
import { checkMachine } from './bootstrap/check-machine.mjs';
import { installPackages } from './bootstrap/install-packages.mjs';
import { ensureSystemTools, RUNTIME_TOOLS } from './bootstrap/system-tools.mjs';

const [first, ...rest] = process.argv.slice(2);
const command = first === 'stop' || first === 'status' ? first : 'start';

async function main() {
  checkMachine();
  if (command !== 'start') {
    if (existsSync(RUNTIME)) return runAttached([command, ...rest]);
    console.log('Nothing runs here: it was never started.');
    return 0;
  }
  const args = process.argv.slice(2);
  if (!args.includes('--help')) {
    await installPackages();
    await ensureSystemTools(RUNTIME_TOOLS);
  }
  await buildAll();
  return args.includes('--detach') ? runDetached(args) : runAttached(args);
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(`\nCould not start: ${error.message}`);
    process.exit(1);
  },
);
