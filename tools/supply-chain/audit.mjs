/**
 * `npm run audit`: asks npm's registry what is known against the packages in the lock file, and ends with
 *   0  nothing, or nothing that audit-exceptions.json does not excuse
 *   1  an advisory that is not excused, or an exception that has expired or that nothing needs
 *   2  the registry did not answer, or not with a report: nothing is known, which is not the same as nothing found
 * Packages that run are held to `moderate`, those of development to `high`.
 *
 * For tests: --production file --all file (what npm printed), --exceptions file, --today date.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const SEVERITIES = ['info', 'low', 'moderate', 'high', 'critical'];
const LIMITS = { production: 'moderate', development: 'high' };
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** An exception is looked at again after this time at the latest. */
const LONGEST_DAYS = 180;
const DAY_MS = 86_400_000;

class NoAnswer extends Error {}

function main() {
  const text = { type: 'string' };
  const options = { production: text, all: text, exceptions: text, today: text };
  const { values } = parseArgs({ options });
  const today = new Date(values.today ?? Date.now());
  const exceptions = readExceptions(values.exceptions ?? new URL('audit-exceptions.json', import.meta.url));
  const production = advisoriesIn(values.production ? read(values.production) : npmAudit('--omit=dev'));
  const all = advisoriesIn(values.all ? read(values.all) : npmAudit());
  const found = [...all.values()].map((advisory) => ({
    ...advisory,
    runs: production.has(advisory.id),
  }));
  const problems = [...judge(found, exceptions), ...expired(exceptions, today)];
  for (const problem of problems) console.error(problem);
  console.log(`${found.length} advisories, ${exceptions.length} exceptions, ${problems.length} problems.`);
  return problems.length === 0 ? 0 : 1;
}

const read = (file) => readFileSync(file, 'utf8');

function npmAudit(...more) {
  const args = ['audit', '--json', '--package-lock-only', '--audit-level=none', ...more];
  const { stdout, error } = spawnSync('npm', args, {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw new NoAnswer(`npm audit did not run: ${error.message}`);
  return stdout;
}

/** Advisories by id, of a report of version 2. What has no id is known by its package and title. */
function advisoriesIn(text) {
  const report = parse(text);
  if (report.auditReportVersion !== 2 || typeof report.vulnerabilities !== 'object') {
    const reason = report.message ?? report.error?.summary ?? 'not with a report of version 2';
    throw new NoAnswer(`The registry gave no audit: ${reason}`);
  }
  const advisories = new Map();
  for (const { via, nodes } of Object.values(report.vulnerabilities)) {
    // A text is the name of another entry: this package is only on the way to that one.
    for (const cause of via.filter((one) => typeof one !== 'string')) {
      const id = cause.url?.match(/GHSA(?:-[0-9a-z]{4}){3}/)?.[0] ?? `${cause.name}: ${cause.title}`;
      const known = advisories.get(id);
      advisories.set(id, { id, ...cause, nodes: [...(known?.nodes ?? []), ...nodes] });
    }
  }
  return advisories;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new NoAnswer(`The registry gave no audit: ${text.trim().slice(0, 200) || 'nothing at all'}`);
  }
}

function readExceptions(file) {
  const exceptions = JSON.parse(readFileSync(file, 'utf8'));
  for (const { advisory, package: name, reason, expires } of exceptions) {
    const isWhole = [advisory, name, reason].every((value) => typeof value === 'string' && value !== '');
    if (!isWhole || !/^\d{4}-\d\d-\d\d$/.test(expires ?? ''))
      throw new Error(
        `An exception needs advisory, package, reason and expires (a date): ${advisory ?? name ?? '?'}`,
      );
  }
  return exceptions;
}

function judge(found, exceptions) {
  const unused = new Set(exceptions);
  const problems = [];
  for (const advisory of found) {
    const exception = exceptions.find((one) => one.advisory === advisory.id && one.package === advisory.name);
    if (exception) unused.delete(exception);
    else if (isOverLimit(advisory)) problems.push(sentence(advisory));
  }
  for (const one of unused)
    problems.push(`${one.advisory} (${one.package}): nothing needs this exception any more.`);
  return problems;
}

function isOverLimit({ severity, runs }) {
  const limit = runs ? LIMITS.production : LIMITS.development;
  // A severity that nobody has told us of is taken for the worst.
  const rank = SEVERITIES.includes(severity) ? SEVERITIES.indexOf(severity) : SEVERITIES.length;
  return rank >= SEVERITIES.indexOf(limit);
}

function sentence({ id, name, severity, title, range, url, nodes, runs }) {
  const where = [...new Set(nodes)].join(', ');
  return `${id} (${name} ${range}, ${severity}, ${runs ? 'runs' : 'development'}): ${title}; at ${where}; ${url}`;
}

function expired(exceptions, today) {
  return exceptions.flatMap(({ advisory, expires }) => {
    const days = (Date.parse(expires) - today.getTime()) / DAY_MS;
    if (days < 0) return [`${advisory}: the exception expired on ${expires}.`];
    if (days > LONGEST_DAYS)
      return [`${advisory}: ${expires} is more than ${LONGEST_DAYS} days away; look again sooner.`];
    return [];
  });
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(error.message);
  process.exitCode = error instanceof NoAnswer ? 2 : 1;
}
