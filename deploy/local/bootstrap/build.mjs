import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { runStep } from './run-step.mjs';

const STAMP = join(ROOT, '.nx', 'local-build');
const SHARED = ['package-lock.json', 'nx.json', '.swcrc', 'tsconfig.base.json'];
const SKIPPED = new Set(['node_modules', 'dist', 'test', 'files', '.vite']);

/** Builds every project with Nx; looks at the files first, because asking Nx costs seconds even when all is cached. */
export async function buildAll() {
  const print = fingerprint();
  if (readStamp() === print && projectFolders().every((folder) => existsSync(join(folder, 'dist')))) return;
  await runStep('Building', 'nx', ['run-many', '-t', 'build', '--outputStyle=static'], {
    log: 'build.log',
    env: {
      NX_CACHE_DIRECTORY: '.nx/cache',
      NX_NO_CLOUD: 'true',
      NX_TUI: 'false',
      NX_DAEMON: 'false',
      NODE_OPTIONS: '',
    },
  });
  mkdirSync(join(ROOT, '.nx'), { recursive: true });
  writeFileSync(STAMP, print);
}

function readStamp() {
  return existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : undefined;
}

/** Every folder that has a build target. */
function projectFolders() {
  const parents = ['libs', 'services'].map((name) => join(ROOT, name));
  const packages = parents.flatMap((parent) => readdirSync(parent).map((name) => join(parent, name)));
  return [...packages.filter(hasBuild), join(ROOT, 'deploy', 'local'), join(ROOT, 'tools', 'bench')];
}

function hasBuild(folder) {
  const file = join(folder, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).scripts?.build !== undefined;
}

/** Names, sizes and dates of all sources: reading them all would be slower, and no editor keeps a date. */
function fingerprint() {
  const hash = createHash('sha256');
  const add = (path) => {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  };
  for (const name of SHARED) add(join(ROOT, name));
  for (const folder of projectFolders()) walk(folder, add);
  return hash.digest('hex');
}

function walk(folder, visit) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) walk(path, visit);
    } else if (!/\.(int-|e2e-)?spec\.ts$|\.md$/.test(entry.name)) visit(path);
  }
}
