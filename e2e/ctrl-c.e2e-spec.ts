import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { waitFor, type RuntimeInfo } from '@shotloom/testing';
import { Api } from './support/api';

jest.setTimeout(180_000);

const ROOT = resolve(__dirname, '..');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shotloom-ctrl-c-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Every living process whose environment or command line names our data folder: all that this start brought up. */
async function ours(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const named = await Promise.all(
    pids.map(async (pid) => {
      const [command, environment, state] = await Promise.all([
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
        readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''),
        readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
      ]);
      const zombie = / Z /.test(state);
      return !zombie &&
        Number(pid) !== process.pid &&
        (command.includes(folder) || environment.includes(folder))
        ? `${pid} ${command}`
        : [];
    }),
  );
  return named.flat();
}

async function start(): Promise<ChildProcess> {
  const args = ['deploy/local/start.mjs', '--data-dir', folder, '--port', '0', '--no-demo'];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: 'ignore',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  await waitFor(async () => (await runtime().catch(() => undefined))?.gatewayUrl !== undefined, {
    timeoutMs: 120_000,
    what: 'the platform to be ready',
  });
  return child;
}

const runtime = async (): Promise<RuntimeInfo> =>
  JSON.parse(await readFile(join(folder, 'runtime.json'), 'utf8')) as RuntimeInfo;

it('leaves no process behind when it comes during a render, and the next start finds the job and finishes it', async () => {
  const first = await start();
  const api = new Api(await runtime());
  const job = await api.film((await api.upload()).asset_id, { duration: 10 });
  await api.until(job.id, 'rendering', ({ progress_percentage: progress }) => progress > 1);
  expect((await ours()).length).toBeGreaterThan(7);
  first.kill('SIGINT');
  await once(first, 'exit');
  await waitFor(async () => (await ours()).length === 0, {
    timeoutMs: 20_000,
    what: 'every process to be gone',
  });

  const second = await start();
  const again = new Api(await runtime());
  await again.completed(job.id, 120_000);
  second.kill('SIGTERM');
  await once(second, 'exit');
  await waitFor(async () => (await ours()).length === 0, {
    timeoutMs: 20_000,
    what: 'every process to be gone',
  });
});
