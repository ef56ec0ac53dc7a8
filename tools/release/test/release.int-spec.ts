import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { helm } from '../../../deploy/chart/src/render';

const ROOT = resolve(__dirname, '../../..');
const FILES = ['libs', 'services', 'tools', 'charts', 'deploy/compose', 'package.json', 'package-lock.json'];
const VERSION = '7.8.9';

let root: string;

/** The files of the repository that have a version, in a place of their own. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'release-'));
  for (const file of FILES) {
    const isWanted = (path: string): boolean => !/\/(?:node_modules|dist|src|test)$/.test(path);
    cpSync(join(ROOT, file), join(root, file), { recursive: true, filter: isWanted });
  }
});

afterAll(() => rmSync(root, { recursive: true }));

function run(program: string): { status: number | null; stdout: string; stderr: string } {
  const args = ['--input-type=module', '--eval', program];
  return spawnSync(process.execPath, args, { encoding: 'utf8', cwd: dirname(__dirname) });
}

const setVersion = (options = '{}'): string =>
  run(`
    import { setVersion } from './version-files.mjs';
    console.log(setVersion(${JSON.stringify(root)}, ${JSON.stringify(VERSION)}, ${options}).join('\\n'));
  `).stdout;

function notes(version: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [resolve(__dirname, '../notes.mjs'), version, root], {
    encoding: 'utf8',
  });
}

it('changes nothing when it is only asked what it would change', () => {
  expect(setVersion('{ dryRun: true }').split('\n')).toContain('charts/shotloom/Chart.yaml');
  expect(readFileSync(join(root, 'charts/shotloom/Chart.yaml'), 'utf8')).not.toContain(VERSION);
});

it('gives everything one version: packages, lock file, chart and images', () => {
  const changed = setVersion().trim().split('\n');
  for (const file of [
    'package.json',
    'package-lock.json',
    'services/gateway/package.json',
    'deploy/compose/compose.yaml',
  ])
    expect(changed).toContain(file);
  const rendered = helm(['template', 'demo', join(root, 'charts/shotloom')]);
  expect(rendered).toContain(`shotloom/gateway:${VERSION}`);
  const old = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
  for (const file of [
    'services/gateway/package.json',
    'charts/shotloom/Chart.yaml',
    'deploy/compose/compose.yaml',
  ])
    expect(readFileSync(join(root, file), 'utf8')).not.toMatch(
      new RegExp(`(?:version|shotloom).*${old}`, 'i'),
    );
});

it('leaves a lock file that npm has nothing to say against', () => {
  const args = ['ci', '--dry-run', '--offline', '--ignore-scripts', '--no-audit'];
  const { status, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
  expect({ status, problem: /can only install packages when/.exec(stderr)?.[0] }).toEqual({ status: 0 });
});

it('announces what the changelog says of a version, and of no other', () => {
  writeFileSync(
    join(root, 'CHANGELOG.md'),
    `# ${VERSION} (2026-01-02)\n\n- new\n\n# 7.8.8 (2026-01-01)\n\n- old\n`,
  );
  expect(notes(VERSION)).toMatchObject({ status: 0, stdout: '- new\n' });
});

it('announces no version that the files are not of, or of which nothing is said', () => {
  const other = notes('7.8.8');
  expect(other.status).toBe(1);
  expect(other.stderr).toContain('Chart.yaml, appVersion (7.8.9)');
  writeFileSync(join(root, 'CHANGELOG.md'), '# 7.8.8\n\n- old\n');
  const unsaid = notes(VERSION);
  expect(unsaid.status).toBe(1);
  expect(unsaid.stderr).toContain('says nothing of 7.8.9');
});

it('finds one version in the repository as it is', () => {
  const { stdout } = run(`
    import { versionsIn } from './version-files.mjs';
    console.log(JSON.stringify(versionsIn(${JSON.stringify(ROOT)})));
  `);
  const versions = Object.values(JSON.parse(stdout) as Record<string, string>);
  expect(new Set(versions).size).toBe(1);
});
