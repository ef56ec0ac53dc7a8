import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { runStep } from './run-step.mjs';

/** `npm ci`, but only when what is installed is not what the lock file says. */
export async function installPackages() {
  if (isInstalled()) return;
  await runStep('Installing packages (npm ci)', 'npm', ['ci', '--no-progress'], { log: 'npm-ci.log' });
}

/**
 * npm writes what it installed beside the packages. The contents are compared, not the dates: a checkout changes dates,
 * and an install that was interrupted leaves no such file.
 */
function isInstalled() {
  const wanted = readPackages('package-lock.json');
  const present = readPackages('node_modules/.package-lock.json');
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = present[path];
    return found === undefined ? entry.optional === true : found.version === entry.version;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}
