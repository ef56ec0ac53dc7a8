/**
 * `npm run sbom -- [service ...] [--out folder]`: a CycloneDX 1.5 document for each service, of what it brings from npm when it runs, as
 * the lock file has it. Made by `npm sbom`, with two things put right: what is described is the service and not the whole repository, and
 * what is left out is what only development brings. (Its own `--omit dev` also leaves out what runs here and is for development elsewhere.)
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Not in images: docker/Dockerfile removes what brings ffmpeg where Debian's is not, docker/collect.mjs the compiler. */
const LEFT_OUT = /^(?:@ff(?:mpeg|probe)-installer\/|typescript@)/;
/** What an image serves although nothing that runs in it depends on it: see docker/collect.mjs. */
const SERVES = { '@shotloom/gateway': ['@shotloom/console'] };

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string', default: 'sbom' } },
  });
  const known = folders();
  const unknown = positionals.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`Unknown service ${unknown.join(', ')}.`);
  mkdirSync(values.out, { recursive: true });
  const wants = wantsByRef(readJson('package-lock.json'));
  for (const service of positionals.length > 0 ? positionals : known.keys()) {
    const manifest = readJson(`${known.get(service)}/package.json`);
    const document = describe(manifest, sbomOf(manifest.name), wants);
    const file = join(values.out, `${service}.cdx.json`);
    writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
    console.log(`${file}: ${document.components.length} components`);
  }
}

/** What becomes an image, by name. */
function folders() {
  const services = readdirSync(join(ROOT, 'services')).filter((name) => name !== 'console');
  const all = services.map((name) => [name, `services/${name}`]);
  return new Map([...all, ['vendor-simulators', 'libs/vendor-simulators']]);
}

function readJson(file) {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
}

/** What each package runs with, as names: not what is for its development. Peers that it does without are there if npm has put them there. */
function wantsByRef({ packages }) {
  const entries = Object.entries(packages).filter(([, { link }]) => link !== true);
  return new Map(
    entries.map(([path, entry]) => {
      const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const { dependencies, optionalDependencies, peerDependencies } = entry;
      const wanted = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
      return [`${name}@${entry.version}`, new Set(wanted)];
    }),
  );
}

function sbomOf(name) {
  const own = npmSbom(name);
  // Without its tools: npm has something against the peers of one, and nothing of them is served.
  const served = (SERVES[name] ?? []).map((other) => npmSbom(other, '--omit', 'dev'));
  const all = [own, ...served];
  return {
    ...own,
    components: unique(
      all.flatMap(({ components }) => components),
      'bom-ref',
    ),
    dependencies: unique(
      all.flatMap(({ dependencies }) => dependencies),
      'ref',
    ),
  };
}

const unique = (list, key) => [...new Map(list.toReversed().map((one) => [one[key], one])).values()];

function npmSbom(workspace, ...more) {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', ...more];
  const { status, stdout, stderr, error } = spawnSync(
    'npm',
    [...args, '--package-lock-only', '--workspace', workspace],
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (error) throw error;
  if (status !== 0) throw new Error(`npm sbom of ${workspace} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** The service takes the place of the repository, and what hangs on nothing any more is left out. */
function describe({ name, version, description }, document, wants) {
  const ref = `${name}@${version}`;
  const edges = new Map(
    document.dependencies.map(({ ref: from, dependsOn }) => [
      from,
      dependsOn.filter((to) => wants.get(from)?.has(nameIn(to)) && !LEFT_OUT.test(to)),
    ]),
  );
  const byRef = new Map(document.components.map((component) => [component['bom-ref'], component]));
  if (!edges.has(ref)) throw new Error(`npm says nothing of ${ref}.`);
  edges.get(ref).push(...(SERVES[name] ?? []).map((other) => `${other}@${version}`));
  const component = { ...(byRef.get(ref) ?? {}), ...rootComponent(document, name, version), description };
  const kept = reachable(ref, edges);
  checkOurs(kept, edges, wants);
  return {
    ...document,
    metadata: { ...document.metadata, component },
    // npm names packages of the repository by their folders.
    components: [...kept]
      .filter((one) => one !== ref)
      .map((one) => ({ ...byRef.get(one), name: nameIn(one) })),
    dependencies: [...kept].map((one) => ({ ref: one, dependsOn: edges.get(one) ?? [] })),
  };
}

function rootComponent(document, name, version) {
  const { type } = document.metadata.component;
  return {
    'bom-ref': `${name}@${version}`,
    type,
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
  };
}

/** Everything that our packages declare has to be there; of those of others npm may leave out what is for another platform. */
function checkOurs(kept, edges, wants) {
  for (const ref of kept) {
    if (!ref.startsWith('@shotloom/')) continue;
    const there = new Set(edges.get(ref)?.map(nameIn));
    const missing = [...(wants.get(ref) ?? [])].filter(
      (name) => !there.has(name) && !LEFT_OUT.test(`${name}@`),
    );
    if (missing.length > 0) throw new Error(`npm says nothing of ${missing.join(', ')}, which ${ref} needs.`);
  }
}

function reachable(start, edges) {
  const seen = new Set([start]);
  for (const one of seen) {
    for (const next of edges.get(one) ?? []) seen.add(next);
  }
  return seen;
}

const nameIn = (ref) => ref.slice(0, ref.lastIndexOf('@'));

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
