import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { requireTool } from './system-tool';

const DEBIAN = '/usr/lib/postgresql';

/**
 * A program of the newest Postgres that this machine has from Debian: the one that comes with us has none for backups and benchmarks.
 * What is in PATH is a wrapper that wants a configuration of its own.
 */
export function findPostgresProgram(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => join(DEBIAN, version, 'bin', name))
    .find((path) => existsSync(path));
  return found ?? requireTool(name, 'postgresql');
}

/** The folder of all of them, its server among them. */
export function postgresProgramsFolder(): string {
  return dirname(findPostgresProgram('postgres'));
}
