/** The one version of the repository is written in more files than Nx knows of; here is each, and how it is written there. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const VERSION = String.raw`\d+\.\d+\.\d+(?:-[\w.]+)?`;

/** In texts: what stands before the version, in every place of that file, and how many there are at least. */
const TEXTS = [
  { file: 'charts/shotloom/Chart.yaml', before: String.raw`^(?:version|appVersion): `, least: 2 },
  { file: 'charts/shotloom/Chart.yaml', before: String.raw`^ +image: shotloom/[\w-]+:`, least: 1 },
  { file: 'deploy/compose/compose.yaml', before: String.raw`\$\{VERSION:-`, least: 1 },
];

/**
 * Writes `version` into the files below `root` that Nx leaves alone, and into every manifest (again, to the same effect). Gives the names
 * of the files that it changed; `dryRun` changes none. Throws where a file has no longer what is looked for.
 */
export function setVersion(root, version, { dryRun = false } = {}) {
  const changed = new Set();
  const write = (file, edit) => {
    const path = join(root, file);
    const before = readFileSync(path, 'utf8');
    const after = edit(before);
    if (after === before) return;
    changed.add(file);
    if (!dryRun) writeFileSync(path, after);
  };
  for (const { file, before, least } of TEXTS)
    write(file, (text) => replaceIn(text, { file, before, least, version }));
  for (const file of manifests(root))
    write(file, (text) => json(text, (manifest) => setManifest(manifest, version)));
  write('package-lock.json', (text) => json(text, (lock) => setLock(lock, version)));
  return [...changed];
}

/** The version of each file that has one, for a look whether they agree. */
export function versionsIn(root) {
  const chart = readFileSync(join(root, 'charts/shotloom/Chart.yaml'), 'utf8');
  const found = manifests(root).map((file) => [
    file,
    JSON.parse(readFileSync(join(root, file), 'utf8')).version,
  ]);
  for (const key of ['version', 'appVersion'])
    found.push([`Chart.yaml, ${key}`, new RegExp(`^${key}: (.+)$`, 'm').exec(chart)?.[1]]);
  return Object.fromEntries(found);
}

function manifests(root) {
  const folders = ['libs', 'services', 'tools'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}/package.json`),
  );
  return ['package.json', ...folders.filter((file) => existsSync(join(root, file)))];
}

function replaceIn(text, { file, before, least, version }) {
  const pattern = new RegExp(`(${before})${VERSION}`, 'gm');
  const found = text.match(pattern)?.length ?? 0;
  if (found < least) throw new Error(`${file} has ${before} ${found} times; ${least} were expected.`);
  return text.replace(pattern, (_all, start) => `${start}${version}`);
}

function setManifest(manifest, version) {
  manifest.version = version;
  for (const kind of ['dependencies', 'devDependencies', 'peerDependencies']) {
    for (const name of Object.keys(manifest[kind] ?? {}))
      if (name.startsWith('@shotloom/')) manifest[kind][name] = version;
  }
}

/** What npm would write, without asking a registry. */
function setLock(lock, version) {
  lock.version = version;
  for (const [path, entry] of Object.entries(lock.packages))
    if (!path.includes('node_modules/')) setManifest(entry, version);
}

/** Keeps the form: two spaces, and a line's end at the end. */
function json(text, edit) {
  const value = JSON.parse(text);
  edit(value);
  return `${JSON.stringify(value, null, 2)}\n`;
}
