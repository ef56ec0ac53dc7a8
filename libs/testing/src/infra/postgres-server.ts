import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { startChild, type Child } from './child';
import { choosePort } from './free-port';
import { lastLines } from './last-lines';
import type { ManagedServer } from './managed-server';
import { prepareCluster, type PostgresCluster } from './postgres-cluster';
import { waitFor } from '../wait-for';

export interface PostgresOptions {
  /** Where the cluster lives; it is made when missing and kept. Without one: a temporary one, removed by stop(). */
  readonly dataDir?: string;
  /** Taken -> an error. Default: a free one. */
  readonly port?: number;
  /** Used when the cluster is made; must be the same afterwards. */
  readonly password?: string;
  /** Made when missing; default `shotloom`. */
  readonly database?: string;
  /** Default: beside the data folder. */
  readonly logFile?: string;
  /** False gives up safety against power loss for speed: for tests only. Default true. */
  readonly durable?: boolean;
  /** Folder with the programs `initdb` and `postgres` of another Postgres (15 to 17). Default: the one that comes with us. */
  readonly programs?: string | undefined;
}

export interface PostgresServer extends ManagedServer {
  /** `postgres://postgres:<password>@127.0.0.1:<port>/<database>` */
  readonly url: string;
  readonly port: number;
}

/** Fast shutdown: open transactions are rolled back, connections closed. */
const STOP_SIGNAL = 'SIGINT';
const STOP_GRACE_MS = 20_000;
/** In what Postgres says when it finds what a killed one left. */
const STILL_IN_USE = 'pre-existing shared memory block';

/** Starts a real Postgres on 127.0.0.1; resolves when it answers queries. Ends an orphan of an earlier run first. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const temporary =
    options.dataDir === undefined ? await mkdtemp(join(tmpdir(), 'shotloom-postgres-')) : undefined;
  const dataDir = resolve(options.dataDir ?? join(temporary ?? '', 'data'));
  const password = options.password ?? 'shotloom';
  const cluster = await prepareCluster(dataDir, password, options.programs);
  const port = await choosePort({ what: 'Postgres', wanted: options.port });
  const urlOf = (database: string): string =>
    `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  const launch = (): Promise<Child> =>
    onceFree(() =>
      launchPostgres(cluster, {
        port,
        url: urlOf('postgres'),
        logFile: options.logFile ?? `${dataDir}.log`,
        durable: options.durable ?? true,
      }),
    );
  let child = await launch();
  const database = options.database ?? 'shotloom';
  await ensureDatabase(urlOf('postgres'), database);
  return {
    url: urlOf(database),
    port,
    get pid() {
      return child.pid;
    },
    get exited() {
      return child.exited;
    },
    restart: async (signal = STOP_SIGNAL) => {
      await child.stop(signal, STOP_GRACE_MS);
      child = await launch();
    },
    stop: async (signal = STOP_SIGNAL) => {
      await child.stop(signal, STOP_GRACE_MS);
      if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    },
  };
}

/** The backends of a server that was killed end a moment after it; until then its memory is in use and no other one starts. */
async function onceFree(launch: () => Promise<Child>): Promise<Child> {
  const attempt = (): Promise<{ readonly child: Child } | { readonly error: Error } | undefined> =>
    launch().then(
      (child) => ({ child }),
      (error: Error) => (error.message.includes(STILL_IN_USE) ? undefined : { error }),
    );
  const outcome = await waitFor(attempt, {
    what: 'the processes of a killed Postgres to end',
    timeoutMs: STOP_GRACE_MS,
    intervalMs: 100,
  });
  if ('error' in outcome) throw outcome.error;
  return outcome.child;
}

async function launchPostgres(
  { dataDir, binaries, user }: PostgresCluster,
  { port, url, logFile, durable }: { port: number; url: string; logFile: string; durable: boolean },
): Promise<Child> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const child = await startChild({
    command: binaries.postgres,
    args: [
      '-D',
      dataDir,
      '-p',
      `${port}`,
      ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`]),
    ],
    logFile,
    deathSignal: STOP_SIGNAL,
    user,
    cwd: '/',
  });
  let gone = false;
  void child.exited.then(() => {
    gone = true;
  });
  try {
    await waitFor(async () => gone || (await answers(url)), {
      what: 'Postgres to answer',
      timeoutMs: 60_000,
    });
    if (gone) throw new Error('it ended at once');
    return child;
  } catch (error) {
    await child.stop(STOP_SIGNAL);
    throw new Error(`Postgres did not start; the end of ${logFile}:\n${await lastLines(logFile)}`, {
      cause: error,
    });
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } finally {
    await client.end();
  }
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
