import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startChild, type Child } from './child';
import { choosePort } from './free-port';
import { lastLines } from './last-lines';
import type { ManagedServer } from './managed-server';
import { stopOrphan } from './orphan';
import { requireTool } from './system-tool';
import { waitFor } from '../wait-for';

export interface NatsOptions {
  /** Where JetStream keeps its files. Without one: a temporary folder, removed by stop(). */
  readonly storeDir?: string;
  /** Taken -> an error. Default: a free one. */
  readonly port?: number;
  /** Default: in the store folder. */
  readonly logFile?: string;
  /** Who may connect; everybody unless told. */
  readonly login?: { readonly user: string; readonly password: string };
}

export interface NatsServer extends ManagedServer {
  /** `nats://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
}

/** Starts nats-server with JetStream on 127.0.0.1; resolves when it greets. Ends an orphan of an earlier run first. */
export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
  const binary = requireTool('nats-server', 'nats-server');
  const temporary =
    options.storeDir === undefined ? await mkdtemp(join(tmpdir(), 'shotloom-nats-')) : undefined;
  const storeDir = resolve(options.storeDir ?? temporary ?? '');
  await mkdir(storeDir, { recursive: true });
  await stopLeftover(storeDir);
  const port = await choosePort({ what: 'NATS', wanted: options.port });
  const logFile = options.logFile ?? join(storeDir, 'nats.log');
  const { login } = options;
  const launch = (): Promise<Child> => launchNats({ binary, storeDir, port, logFile, login });
  let child = await launch();
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid;
    },
    get exited() {
      return child.exited;
    },
    restart: async (signal = 'SIGTERM') => {
      await child.stop(signal);
      child = await launch();
    },
    stop: async (signal = 'SIGTERM') => {
      await child.stop(signal);
      if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    },
  };
}

async function launchNats(at: {
  binary: string;
  storeDir: string;
  port: number;
  logFile: string;
  login: NatsOptions['login'];
}): Promise<Child> {
  const { binary, storeDir, port, logFile, login } = at;
  const who = login === undefined ? [] : ['--user', login.user, '--pass', login.password];
  const child = await startChild({
    command: binary,
    args: ['-js', '-sd', storeDir, '-a', '127.0.0.1', '-p', `${port}`, ...who],
    logFile,
  });
  let gone = false;
  void child.exited.then(() => {
    gone = true;
  });
  try {
    await waitFor(async () => gone || (await greets(port)), {
      what: 'NATS to greet',
      timeoutMs: 30_000,
      intervalMs: 10,
    });
    if (gone) throw new Error('it ended at once');
    await writeFile(pidFile(storeDir), `${child.pid}\n`);
    return child;
  } catch (error) {
    await child.stop();
    throw new Error(`NATS did not start; the end of ${logFile}:\n${await lastLines(logFile)}`, {
      cause: error,
    });
  }
}

/** A NATS server speaks first; its port opens only when JetStream has recovered its streams. */
function greets(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (result: boolean): void => {
      socket.destroy();
      done(result);
    };
    socket.setTimeout(1_000, () => finish(false));
    socket.once('data', (data) => finish(data.toString('latin1').startsWith('INFO ')));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}

async function stopLeftover(storeDir: string): Promise<void> {
  const text = await readFile(pidFile(storeDir), 'utf8').catch(() => undefined);
  if (text !== undefined) await stopOrphan(Number.parseInt(text, 10), storeDir);
}

function pidFile(storeDir: string): string {
  return join(storeDir, 'nats.pid');
}
