import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PROGRAM = resolve(__dirname, '../licenses.mjs');
const RULES = {
  allowed: ['MIT', 'ISC'],
  declared: { 'silent@1.0.0': { license: 'MIT', reason: 'its license file' } },
  exceptions: [{ prefix: '@codec/', licenses: ['GPL-3.0'], reason: 'a program of its own' }],
};
const NEEDED = { silent: undefined, '@codec/linux': 'GPL-3.0' };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'licenses-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Packages of version 1.0.0 by name, with what they say of their license. */
function report(
  packages: Record<string, string | undefined>,
  version = '1.0.0',
): { status: number | null; output: string } {
  const entries = Object.entries(packages).map(
    ([name, license]) => [`node_modules/${name}`, { version, license }] as const,
  );
  const ours = { '': { license: 'UNLICENSED' }, 'node_modules/ours': { link: true } };
  const lock = { packages: { ...ours, ...Object.fromEntries(entries) } };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
  writeFileSync(join(folder, 'rules.json'), JSON.stringify(RULES));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [PROGRAM, folder, join(folder, 'rules.json')],
    { encoding: 'utf8' },
  );
  return { status, output: stdout + stderr };
}

it.each(['MIT', '(MIT OR GPL-3.0)', 'GPL-3.0 OR ISC', 'MIT AND ISC'])('lets %s in', (license) => {
  expect(report({ ...NEEDED, some: license })).toMatchObject({ status: 0 });
});

it.each(['GPL-3.0', 'MIT AND GPL-3.0', 'MIT OR ISC AND GPL-3.0', '(MIT OR ISC) AND MIT', 'mit', undefined])(
  'stops at %s, and names the package',
  (license) => {
    const { status, output } = report({ ...NEEDED, some: license });
    expect(status).toBe(1);
    expect(output).toContain(`some@1.0.0: ${license ?? 'none'} is not allowed.`);
  },
);

it('reads a package again when its version changes', () => {
  const { status, output } = report(NEEDED, '1.0.1');
  expect(status).toBe(1);
  expect(output).toContain('silent@1.0.1: none is not allowed.');
});

it('finds packages that lie inside others', () => {
  const { output } = report({ ...NEEDED, 'outer/node_modules/inner': 'GPL-3.0' });
  expect(output).toContain('inner@1.0.0: GPL-3.0 is not allowed.');
});

it('stops at an exception that nothing needs', () => {
  const { status, output } = report({ silent: undefined });
  expect(status).toBe(1);
  expect(output).toContain('@codec/: nothing needs this entry');
});

it('finds nothing to say against what this repository uses', () => {
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
