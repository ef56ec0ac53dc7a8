import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../../..');
export const BIN = join(ROOT, 'node_modules', '.bin');

/** Where logs of the set-up go: beside the data of the local runtime. */
export function logFolder() {
  const folder = join(process.env.SHOTLOOM_DATA_DIR ?? join(ROOT, '.shotloom'), 'logs');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The Node 24 that the project brings; where there is none for this machine, the one that runs this script. */
export function projectNode() {
  const own = join(BIN, 'node');
  if (existsSync(own)) return own;
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath;
  throw new Error(
    `There is no packaged Node 24 for ${process.platform}-${process.arch}: install Node 24 or newer and try again.`,
  );
}

/** The environment for tools of the project: its Node and its programs come first. */
export function projectEnv(more = {}) {
  return { ...process.env, PATH: [BIN, process.env.PATH].join(delimiter), ...more };
}
