/**
 * `npm run licenses [folder]`: what every package in the lock file of a folder is licensed under. Ends with 1 where a license is
 * not allowed, not known, or excused without need.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MARK = 'node_modules/';
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Packages from outside: links are the workspaces, which are ours. */
function packagesIn(lock) {
  return Object.entries(lock.packages)
    .filter(([path, { link }]) => path.includes(MARK) && link !== true)
    .map(([path, { name, version, license }]) => {
      const called = name ?? path.slice(path.lastIndexOf(MARK) + MARK.length);
      return { name: called, id: `${called}@${version}`, license };
    });
}

/** One id, ids joined by AND, or ids joined by OR. A mix of both has more than one reading, and is allowed by none. */
function isAllowed(license, allowed) {
  const bare = license.replace(/^\(([^()]*)\)$/, '$1');
  const all = bare.split(' AND ');
  const any = bare.split(' OR ');
  if (all.length > 1 && any.length > 1) return false;
  return any.length > 1 ? any.some((id) => allowed.has(id)) : all.every((id) => allowed.has(id));
}

function judge(packages, { allowed, declared, exceptions }) {
  const known = new Set(allowed);
  const unused = new Set([...Object.keys(declared), ...exceptions]);
  const counts = new Map();
  const problems = [];
  for (const { name, id, license: said } of packages) {
    const license = declared[id]?.license ?? said ?? 'none';
    if (declared[id]) unused.delete(id);
    counts.set(license, (counts.get(license) ?? 0) + 1);
    if (isAllowed(license, known)) continue;
    const exception = exceptions.find((one) => name.startsWith(one.prefix) && one.licenses.includes(license));
    if (exception) unused.delete(exception);
    else problems.push(`${id}: ${license} is not allowed.`);
  }
  for (const one of unused)
    problems.push(`${one.prefix ?? one}: nothing needs this entry of allowed.json any more.`);
  return { counts, problems: [...new Set(problems)] };
}

const folder = process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url));
const rules = readJson(process.argv[3] ?? new URL('allowed.json', import.meta.url));
const packages = packagesIn(readJson(join(folder, 'package-lock.json')));
const { counts, problems } = judge(packages, rules);
for (const [license, count] of [...counts].sort(([, one], [, other]) => other - one)) {
  console.log(`${String(count).padStart(6)}  ${license}`);
}
for (const problem of problems) console.error(problem);
console.log(`${packages.length} packages, ${problems.length} problems.`);
if (problems.length > 0) process.exitCode = 1;
