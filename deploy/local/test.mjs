#!/usr/bin/env node
/**
 * `npm test`: everything that CI runs, on a fresh clone too. Each stage says what it found; the closing line counts tests,
 * and a failed lint, format, type check or build counts as one failed test. `--only unit,int` chooses stages; what
 * follows `--` goes to Jest.
 */
import { buildAll } from './bootstrap/build.mjs';
import { checkMachine } from './bootstrap/check-machine.mjs';
import { installPackages } from './bootstrap/install-packages.mjs';
import { ensureSystemTools, RUNTIME_TOOLS, TEST_TOOLS } from './bootstrap/system-tools.mjs';
import { runCheck, runJest } from './bootstrap/test-stages.mjs';

/** Code for Node and code for browsers know different globals, so each is a program of its own for the compiler. */
const PROGRAMS = ['tsconfig.json', 'services/console/tsconfig.json', 'e2e/console/tsconfig.json'];

/** In this order: what is quick and likely to fail comes first. */
const STAGES = {
  lint: async () => {
    // The rule about who may depend on whom reads the graph that Nx has made; without one it would be skipped in silence.
    const graph = await runCheck('nx', ['graph', '--file=.nx/graph.json']);
    const lint = await runCheck('eslint', [
      '.',
      '--max-warnings=0',
      '--cache',
      '--cache-location',
      '.nx/eslint',
    ]);
    return { passed: graph.passed + lint.passed, failed: graph.failed + lint.failed };
  },
  licenses: () => runCheck('node', ['tools/licenses/licenses.mjs']),
  format: () => runCheck('prettier', ['--check', '--log-level=warn', '.']),
  types: async () => {
    const results = [];
    for (const program of PROGRAMS) results.push(await runCheck('tsc', ['-p', program, '--noEmit']));
    const sum = (key) => results.reduce((total, result) => total + result[key], 0);
    return { passed: sum('passed'), failed: sum('failed') };
  },
  unit: (more) => runJest('unit', more),
  int: (more) => runJest('int', more),
  build: () =>
    buildAll().then(
      () => ({ passed: 1, failed: 0 }),
      (error) => {
        console.error(error.message);
        return { passed: 0, failed: 1 };
      },
    ),
  e2e: (more) => runJest('e2e', ['--runInBand', ...more]),
  deploy: (more) => runJest('deploy', ['--runInBand', ...more]),
  pods: (more) => runJest('pods', ['--runInBand', ...more]),
};
const NEEDS_SERVERS = ['int', 'e2e', 'deploy'];
/** Slow, and of interest to who changes what is deployed. */
const ON_DEMAND = ['deploy', 'pods'];

function chooseStages(args) {
  const at = args.indexOf('--only');
  if (at === -1) return Object.keys(STAGES).filter((name) => !ON_DEMAND.includes(name));
  const wanted = (args[at + 1] ?? '').split(',');
  const unknown = wanted.filter((name) => !(name in STAGES));
  if (unknown.length === 0) return Object.keys(STAGES).filter((name) => wanted.includes(name));
  throw new Error(`Unknown stage ${unknown.join(', ')}; there are ${Object.keys(STAGES).join(', ')}.`);
}

async function main() {
  checkMachine();
  const [own, more] = splitAt(process.argv.slice(2), '--');
  const stages = chooseStages(own);
  await installPackages();
  const needsServers = stages.some((name) => NEEDS_SERVERS.includes(name));
  await ensureSystemTools(needsServers ? TEST_TOOLS : stages.includes('unit') ? RUNTIME_TOOLS : []);
  const results = [];
  for (const name of stages) {
    const began = Date.now();
    console.log(`\n== ${name}`);
    const result = await STAGES[name](more);
    results.push({ name, ...result, seconds: Math.round((Date.now() - began) / 1000) });
  }
  return summarise(results);
}

function summarise(results) {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log('\n== summary');
  for (const { name, passed, failed, seconds } of results) {
    console.log(`${name.padEnd(8)} ${passed} passed, ${failed} failed, ${seconds} s`);
  }
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 ? 0 : 1;
}

function splitAt(list, mark) {
  const at = list.indexOf(mark);
  return at === -1 ? [list, []] : [list.slice(0, at), list.slice(at + 1)];
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(`\n${error.message}\n\n0 passed, 1 failed`);
    process.exitCode = 1;
  },
);
