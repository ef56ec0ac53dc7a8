#!/usr/bin/env node
/** `npm run chaos -- --minutes 10 --seed 7 --jobs 600`: the chaos suite of e2e/ for longer, or again with a seed that failed. */
import { parseArgs } from 'node:util';
import { buildAll } from './bootstrap/build.mjs';
import { checkMachine } from './bootstrap/check-machine.mjs';
import { installPackages } from './bootstrap/install-packages.mjs';
import { ensureSystemTools, TEST_TOOLS } from './bootstrap/system-tools.mjs';
import { runJest } from './bootstrap/test-stages.mjs';

const JOBS_A_SECOND = 2;

function readFlags(argv) {
  const text = (value) => ({ type: 'string', ...(value === undefined ? {} : { default: value }) });
  const { values } = parseArgs({
    args: argv,
    options: {
      minutes: text('2'),
      seed: text(),
      jobs: text(),
      'quiet-minutes': text('5'),
      'other-build': text(),
      'data-dir': text(),
    },
  });
  const seconds = positive(values.minutes, 'minutes') * 60;
  // A seed of the clock's: printed with the result, so that it can be given back.
  const seed = positive(values.seed ?? `${Math.floor(Date.now() / 1000)}`, 'seed');
  return {
    CHAOS_SEED: `${seed}`,
    CHAOS_SECONDS: `${seconds}`,
    CHAOS_ORDERS: `${values.jobs === undefined ? Math.ceil(seconds * JOBS_A_SECOND) : positive(values.jobs, 'jobs')}`,
    CHAOS_QUIET_SECONDS: `${positive(values['quiet-minutes'], 'quiet-minutes') * 60}`,
    ...(values['other-build'] === undefined ? {} : { CHAOS_OTHER_BUILD: values['other-build'] }),
    ...(values['data-dir'] === undefined ? {} : { CHAOS_DATA_DIR: values['data-dir'] }),
  };
}

function positive(text, name) {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} must be a number above zero, not "${text}".`);
}

async function main() {
  checkMachine();
  Object.assign(process.env, readFlags(process.argv.slice(2)));
  await installPackages();
  await ensureSystemTools(TEST_TOOLS);
  await buildAll();
  const { failed } = await runJest('e2e', ['--runInBand', '--testPathPatterns', 'e2e/chaos\\.e2e-spec']);
  return failed === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  },
);
