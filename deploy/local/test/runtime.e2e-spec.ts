import { startPlatform, waitFor, type RunningPlatform } from '@shotloom/testing';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const RUNTIME = resolve(__dirname, '..', 'dist', 'main.js');

async function isReady(url: string | undefined): Promise<boolean> {
  return (await fetch(`${url}/health/ready`)).ok;
}

/** Lines of ps whose command line names this data folder: every process of a runtime does. */
async function processesOf(dataDir: string): Promise<string[]> {
  const { stdout } = await run('ps', ['-eo', 'pid,args']);
  return stdout.split('\n').filter((line) => line.includes(dataDir));
}

describe('the local runtime', () => {
  jest.setTimeout(180_000);
  let dataDir: string;
  let platform: RunningPlatform;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'shotloom-e2e-'));
    platform = await startPlatform({ dataDir, supervise: true });
  });
  afterAll(async () => {
    await platform.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('has every service ready', async () => {
    const { internalUrls } = platform.runtime;
    expect(Object.keys(internalUrls).sort()).toEqual([
      'gateway',
      'job-orchestrator',
      'notifier',
      'provider-animatic',
      'storage',
      'webhooks',
    ]);
    for (const url of Object.values(internalUrls)) expect(await isReady(url)).toBe(true);
  });

  it('keeps its secrets to itself', async () => {
    for (const name of ['runtime.json', 'secrets.json']) {
      expect((await stat(join(dataDir, name))).mode & 0o777).toBe(0o600);
    }
  });

  it.each(['gateway', 'job-orchestrator', 'storage', 'notifier', 'provider-animatic', 'nats', 'postgres'])(
    'starts %s again after kill -9, and all is ready again',
    async (unit) => {
      const before = platform.runtime.pids[unit];
      await platform.kill(unit);
      await waitFor(() => platform.runtime.pids[unit] ?? 0, { what: `another ${unit}`, timeoutMs: 60_000 });
      expect(platform.runtime.pids[unit]).not.toBe(before);
      const { internalUrls } = platform.runtime;
      for (const [name, url] of Object.entries(internalUrls)) {
        await waitFor(() => isReady(url), { what: `${name} to be ready`, timeoutMs: 60_000 });
      }
    },
  );

  it('refuses a second runtime on the same data, in one sentence', async () => {
    const second = run(process.execPath, [RUNTIME, '--data-dir', dataDir, '--no-demo']);
    const said = await second.then(
      () => 'it started',
      (error: Error & { stdout?: string }) => error.stdout ?? '',
    );
    expect(said).toContain('It already runs at');
  });

  it('keeps data and key over a stop, and leaves no process behind', async () => {
    const { apiKey, userId } = platform.runtime;
    await platform.stop();
    expect(await processesOf(dataDir)).toEqual([]);
    await expect(readFile(join(dataDir, 'runtime.json'))).rejects.toThrow('ENOENT');

    platform = await startPlatform({ dataDir, supervise: true });
    expect(platform.runtime).toMatchObject({ apiKey, userId });
  });

  it('leaves no process behind when it is killed itself', async () => {
    const { pids } = platform.runtime;
    process.kill(pids['runtime'] ?? 0, 'SIGKILL');
    await waitFor(async () => (await processesOf(dataDir)).length === 0, {
      what: 'everything to end with the runtime',
      timeoutMs: 30_000,
    });

    platform = await startPlatform({ dataDir, supervise: true });
    expect(await isReady(platform.runtime.internalUrls['gateway'])).toBe(true);
  });
});
