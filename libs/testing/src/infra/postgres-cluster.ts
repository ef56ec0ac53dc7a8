import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { wrapCommand } from './child';
import { stopOrphan } from './orphan';
import {
  postgresBinaries,
  postgresUser,
  type PostgresBinaries,
  type PostgresUser,
} from './postgres-binaries';

/** A data directory that is ready to be started, and how to start it. */
export interface PostgresCluster {
  readonly dataDir: string;
  readonly binaries: PostgresBinaries;
  readonly user: PostgresUser | undefined;
}

const run = promisify(execFile);

/** Makes the cluster when there is none yet, and ends a server that an earlier run left on it. */
export async function prepareCluster(
  dataDir: string,
  password: string,
  programs?: string,
): Promise<PostgresCluster> {
  await mkdir(dirname(dataDir), { recursive: true });
  const binaries = postgresBinaries(programs);
  const user = postgresUser([dataDir, binaries.postgres]);
  const cluster = { dataDir, binaries, user };
  if (await isInitialised(dataDir)) await stopLeftover(dataDir);
  else await initialise(cluster, password);
  return cluster;
}

async function isInitialised(dataDir: string): Promise<boolean> {
  return stat(join(dataDir, 'global', 'pg_control')).then(
    () => true,
    () => false,
  );
}

async function stopLeftover(dataDir: string): Promise<void> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return;
  await stopOrphan(Number.parseInt(text, 10), dataDir, { signal: 'SIGINT', graceMs: 10_000 });
}

/** An interrupted initdb leaves a folder that Postgres cannot use and initdb refuses: it is made anew. */
async function initialise({ dataDir, binaries, user }: PostgresCluster, password: string): Promise<void> {
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir, { mode: 0o700 });
  const secretDir = await mkdtemp(join(tmpdir(), 'shotloom-initdb-'));
  const passwordFile = join(secretDir, 'password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== undefined) {
    for (const path of [dataDir, secretDir, passwordFile]) await chown(path, user.uid, user.gid);
  }
  try {
    const flags = ['--encoding=UTF8', '--locale=C.UTF-8', '--auth=scram-sha-256', '--username=postgres'];
    const { command, args } = wrapCommand({
      command: binaries.initdb,
      args: [`--pgdata=${dataDir}`, ...flags, `--pwfile=${passwordFile}`],
      user,
    });
    await run(command, args, { cwd: '/' });
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    const why = error instanceof Error ? error.message.trim().split('\n').slice(-3).join(' ') : String(error);
    throw new Error(`Postgres could not make its data folder ${dataDir}: ${why}`, { cause: error });
  } finally {
    await rm(secretDir, { recursive: true, force: true });
  }
}
