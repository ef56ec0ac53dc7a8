import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startChild, type Child } from '../infra/child';
import { freePort } from '../infra/free-port';
import { lastLines } from '../infra/last-lines';
import { requireTool } from '../infra/system-tool';
import { waitFor } from '../wait-for';
import {
  BACKENDS,
  DEVICE,
  backendConf,
  proxyConf,
  swiftConf,
  type SwiftLayout,
  type SwiftServerName,
  SWIFT_PAGE_SIZE,
} from './swift-config';
import { ensureSwiftInstalled } from './swift-packages';

export interface SwiftOptions {
  /** The only folder that is written to. It must be on a file system with extended attributes. */
  readonly dataDir: string;
  /** Of the S3 endpoint; a free one unless told. */
  readonly port?: number;
}

/** A running S3 server. */
export interface SwiftServer {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  /** Keys in one page of a listing. */
  readonly pageSize: number;
  /** Ends the four processes; the data stays. */
  stop(): Promise<void>;
}

const run = promisify(execFile);

/**
 * Starts Debian's OpenStack Swift with its S3 API on 127.0.0.1: a real S3 server that checks signatures and speaks multipart.
 * Installs the packages if they are missing and we are root. With TEST_S3_ENDPOINT, TEST_S3_ACCESS_KEY and TEST_S3_SECRET_KEY
 * set it starts nothing and answers those.
 */
export async function startSwift(options: SwiftOptions): Promise<SwiftServer> {
  const given = givenServer(process.env);
  if (given !== undefined) return given;
  await ensureSwiftInstalled();
  const layout = await makeLayout(options);
  await writeConfiguration(layout);
  await buildRings(layout);
  const started: Child[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.splice(0).map((child) => child.stop()));
  };
  try {
    for (const name of [...BACKENDS, 'proxy'] as const) started.push(await startServer(layout, name));
    const endpoint = `http://127.0.0.1:${layout.ports.proxy}`;
    await answers(endpoint, started, join(layout.configDir, 'proxy.log'));
    const { accessKey, secretKey, region } = layout;
    return { endpoint, accessKey, secretKey, region, pageSize: SWIFT_PAGE_SIZE, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function givenServer(env: NodeJS.ProcessEnv): SwiftServer | undefined {
  const [endpoint, accessKey, secretKey] = [
    env['TEST_S3_ENDPOINT'],
    env['TEST_S3_ACCESS_KEY'],
    env['TEST_S3_SECRET_KEY'],
  ];
  if (endpoint === undefined || endpoint === '') return undefined;
  if (accessKey === undefined || secretKey === undefined) {
    throw new Error('TEST_S3_ENDPOINT is set, so TEST_S3_ACCESS_KEY and TEST_S3_SECRET_KEY must be set too.');
  }
  return {
    endpoint,
    accessKey,
    secretKey,
    region: env['TEST_S3_REGION'] ?? 'us-east-1',
    pageSize: 1_000,
    stop: () => Promise.resolve(),
  };
}

async function makeLayout({ dataDir, port }: SwiftOptions): Promise<SwiftLayout> {
  const root = resolve(dataDir);
  const layout: SwiftLayout = {
    configDir: join(root, 'conf'),
    devicesDir: join(root, 'devices'),
    recoveryDir: join(root, 'cache'),
    user: userInfo().username,
    accessKey: 'test:tester',
    secretKey: 'testing',
    region: 'us-east-1',
    ports: {
      account: await freePort(),
      container: await freePort(),
      object: await freePort(),
      proxy: port ?? (await freePort()),
    },
  };
  const folders = [layout.configDir, layout.recoveryDir, join(layout.devicesDir, DEVICE)];
  for (const folder of folders) await mkdir(folder, { recursive: true });
  return layout;
}

const confPath = (layout: SwiftLayout, name: SwiftServerName): string =>
  join(layout.configDir, `${name}-server.conf`);

async function writeConfiguration(layout: SwiftLayout): Promise<void> {
  await writeFile(join(layout.configDir, 'swift.conf'), swiftConf());
  await writeFile(join(layout.configDir, 'mime.types'), '');
  await writeFile(confPath(layout, 'proxy'), proxyConf(layout));
  for (const name of BACKENDS) await writeFile(confPath(layout, name), backendConf(layout, name));
}

/** A ring says which server has what; with one device of each kind the answer is always the same. */
async function buildRings(layout: SwiftLayout): Promise<void> {
  const builder = requireTool('swift-ring-builder', 'swift');
  for (const name of BACKENDS) {
    const ring = join(layout.configDir, `${name}.builder`);
    await rm(ring, { force: true });
    const device = `r1z1-127.0.0.1:${layout.ports[name]}/${DEVICE}`;
    // 2^4 partitions, 1 replica, no waiting between two rebalances.
    await run(builder, [ring, 'create', '4', '1', '0']);
    await run(builder, [ring, 'add', device, '1']);
    await run(builder, [ring, 'rebalance']);
  }
}

/**
 * Swift reads /etc/swift/swift.conf while its modules load, and has neither an option nor a variable for another place; so it
 * is told by the function that its own tools use, before the program itself is run.
 */
const BOOTSTRAP = `
import runpy, sys
from swift.common import utils
utils.set_swift_dir(sys.argv.pop(1))
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name='__main__')
`;

/** Debian's own: another Python that comes first in PATH does not have Debian's packages. */
const PYTHON = '/usr/bin/python3';

function startServer(layout: SwiftLayout, name: SwiftServerName): Promise<Child> {
  const program = requireTool(`swift-${name}-server`, `swift-${name}`);
  const args = ['-c', BOOTSTRAP, layout.configDir, program, confPath(layout, name)];
  const logFile = join(layout.configDir, `${name}.log`);
  return startChild({ command: PYTHON, args, logFile });
}

async function answers(endpoint: string, children: readonly Child[], logFile: string): Promise<void> {
  let exited = false;
  for (const child of children) void child.exited.then(() => (exited = true));
  // An unsigned request is refused with 403, and only a whole chain of servers can say so.
  const status = await waitFor(async () => exited || (await fetch(endpoint)).status, {
    what: 'Swift to answer',
    timeoutMs: 60_000,
    intervalMs: 100,
  });
  if (status === true) throw new Error(`Swift did not start: ${await lastLines(logFile)}`);
}
