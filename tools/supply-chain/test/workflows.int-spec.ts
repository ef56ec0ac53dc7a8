import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PROGRAM = resolve(__dirname, '../check-workflows.mjs');
const COMMIT = '3d3c42e5aac5ba805825da76410c181273ba90b1';
const GOOD = `on: push
permissions:
  contents: read
jobs:
  one:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@${COMMIT} # v7.0.1
        with: { persist-credentials: false }
      - run: npm test
`;
const CALLED = `on:
  workflow_call:
    inputs:
      version: { type: string, required: true }
permissions:
  contents: read
jobs:
  one:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps: [{ run: make }]
`;
const CALLER = (more: string): string => `on: push
permissions:
  contents: read
jobs:
  two:
    uses: ./.github/workflows/called.yml
${more}`;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'workflows-'));
  mkdirSync(join(root, '.github/workflows'), { recursive: true });
});

afterEach(() => rmSync(root, { recursive: true }));

function check(files: Record<string, string>): { status: number | null; output: string } {
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(root, '.github/workflows', name), content);
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, root], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

it('finds nothing to say against the workflows of this repository', () => {
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

it('lets a good workflow be', () => {
  expect(check({ 'a.yml': GOOD })).toMatchObject({ status: 0 });
});

it.each([
  ['a field that GitHub does not know', 'timeout-minutes: 5', 'time-out: 5', "Unexpected value 'time-out'"],
  ['an expression of nothing', 'run: npm test', 'run: echo ${{ fo.bar }}', 'Unrecognized named-value'],
  ['an action by its tag', `@${COMMIT} # v7.0.1`, '@v7', 'names no commit'],
  ['a commit of an unnamed version', ' # v7.0.1', '', 'names no commit'],
  ['rights for all jobs', 'contents: read', 'contents: write', 'rights above those of a job'],
  ['a job without an end', '    timeout-minutes: 5\n', '', 'the job one has no timeout-minutes'],
  ['a token that stays', 'persist-credentials: false', 'fetch-depth: 0', 'leaves its token'],
  [
    'a command with words of others',
    'run: npm test',
    "run: 'echo ${{ github.event.pull_request.title }}'",
    'puts words of others',
  ],
  [
    'a job that waits for itself',
    'timeout-minutes: 5',
    'timeout-minutes: 5\n    needs: one',
    'no dependencies',
  ],
])('stops at %s', (_what, from, to, problem) => {
  expect(GOOD).toContain(from);
  const { status, output } = check({ 'a.yml': GOOD.replace(from, to) });
  expect(status).toBe(1);
  expect(output).toContain(problem);
});

it('looks into the workflows that are called', () => {
  const good = CALLER("    with: { version: '1' }\n");
  expect(check({ 'called.yml': CALLED, 'a.yml': good })).toMatchObject({ status: 0 });
  const { output } = check({ 'called.yml': CALLED, 'a.yml': CALLER('') });
  expect(output).toMatch(/version.*required/);
  expect(check({ 'called.yml': CALLED, 'a.yml': CALLER("    with: { versoin: '1' }\n") }).status).toBe(1);
});
