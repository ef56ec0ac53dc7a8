/**
 * Gathers what an image needs of ours: `node collect.mjs <package> <installed> <built> <out>`. The compiled service and the libraries it
 * depends on, with the packages that npm has installed for them; no sources and no tests. The service is also reached as `main/`,
 * so that every image starts alike.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const [root, installed, built, out] = process.argv.slice(2);
if (out === undefined) throw new Error('Usage: node collect.mjs <package> <installed> <built> <out>');

/** Folders of our packages, by name. */
const folders = new Map(
  ['libs', 'services'].flatMap((parent) =>
    readdirSync(join(built, parent)).flatMap((name) => {
      const manifest = join(built, parent, name, 'package.json');
      return existsSync(manifest) ? [[readManifest(manifest).name, join(parent, name)]] : [];
    }),
  ),
);

const needed = new Set();
collect(root);
mkdirSync(out, { recursive: true });
// Links to packages of ours stay links: they lead to libs/ beside them.
copy(join(installed, 'node_modules'), join(out, 'node_modules'), runs);
for (const folder of needed) {
  copy(join(built, folder, 'package.json'), join(out, folder, 'package.json'));
  copy(join(built, folder, 'dist'), join(out, folder, 'dist'));
  copy(join(installed, folder, 'node_modules'), join(out, folder, 'node_modules'), runs);
}
// The console is files that the gateway serves.
if (root === '@shotloom/gateway')
  copy(join(built, 'services/console/dist'), join(out, 'services/console/dist'));
symlinkSync(join(folders.get(root), 'dist'), join(out, 'main'));

function collect(name) {
  const folder = folders.get(name);
  if (folder === undefined) throw new Error(`There is no package ${name} under libs/ or services/.`);
  if (needed.has(folder)) return;
  needed.add(folder);
  const { dependencies = {} } = readManifest(join(built, folder, 'package.json'));
  for (const dependency of Object.keys(dependencies)) {
    if (folders.has(dependency)) collect(dependency);
  }
}

function copy(from, to, filter = () => true) {
  if (!existsSync(from)) return;
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, filter });
}

/** What packages bring for compilers, debuggers and readers is a third of them, and nothing of it runs. */
function runs(path) {
  return !/\.(d\.[cm]?ts|map|md|markdown)$|\/node_modules\/typescript$/.test(path);
}

function readManifest(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${relative(built, file)} cannot be read.`, { cause });
  }
}
