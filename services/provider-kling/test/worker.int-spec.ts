import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { VideoRequest } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { KLING_DEMO_ACCOUNT, startKlingSimulator, type KlingSimulator } from '@shotloom/vendor-simulators';
import { VendorOrchestra } from '../../../libs/provider-kit/test/support/vendor-orchestra';
import { KlingAdapter } from '../src/provider';

jest.setTimeout(90_000);

const ROOT = join(__dirname, '../../..');
const RUN_TYPESCRIPT = join(ROOT, 'services/provider-animatic/test/support/run-typescript.cjs');
const request: VideoRequest = {
  ...{ operation: 'text-to-video', provider: 'kling', model: 'kling:kling-2.6', prompt: 'a cat walks' },
  ...{ negativePrompt: null, stylePreset: null, durationSeconds: 5, aspectRatio: '16:9', size: '720P' },
  ...{ width: 1280, height: 720, seed: 1, strength: null, inputs: [], params: {}, adjustments: [] },
};

let orchestra: VendorOrchestra;
let simulator: KlingSimulator;
/** Stands where the gateway does: hands callbacks to the workers, by the attempt that their address names. */
let door: Server;
let verdicts: { attemptId: string; verdict: string }[];

beforeEach(async () => {
  verdicts = [];
  simulator = await startKlingSimulator({ queueMs: [50, 50], runMs: [300, 300], media: { scale: 0.1 } });
  orchestra = await VendorOrchestra.start({ provider: 'kling', request });
  keep(1, simulator.credential());
  door = createServer((incoming, response) => void handOn(incoming, response));
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
});
afterEach(async () => {
  await simulator.stop();
  door.closeAllConnections();
  door.close();
  await orchestra.stop();
});

const adapter = (): KlingAdapter => new KlingAdapter({ baseUrl: simulator.url });
const keep = (version: number, fields: Readonly<Record<string, string>>): void => {
  orchestra.secrets.set(`key:${version}`, { id: 'key', version, fields: { ...fields }, baseUrl: null });
};

async function handOn(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const attemptId = new URL(incoming.url ?? '/', 'http://door').searchParams.get('attempt') ?? '';
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, `${value?.toString()}`]),
  );
  const reply = await orchestra.callback(attemptId, await buffer(incoming), headers);
  verdicts.push({ attemptId, verdict: reply.verdict });
  response.writeHead(reply.verdict === 'taken' ? 200 : 403).end();
}

/** An attempt whose callbacks come to the door; known there as soon as it is sent. */
async function submitWithCallbacks(): Promise<string> {
  const attemptId = newId();
  const { port } = door.address() as AddressInfo;
  orchestra.grant = { callbackUrl: `http://127.0.0.1:${port}/?attempt=${attemptId}` };
  orchestra.attempts.set(attemptId, {
    credential: { id: 'key', version: 1 },
    task: orchestra.task(attemptId),
  });
  return orchestra.submit(attemptId);
}

const seen = (via: 'poll' | 'callback', kind?: string) =>
  orchestra.reports
    .filter(({ type, payload }) => type === 'attempts.seen.v1' && payload['via'] === via)
    .flatMap(
      ({ payload }) =>
        payload['answers'] as { attemptId: string; vendorTaskId: string; outcome: { kind: string } }[],
    )
    .filter(({ outcome }) => kind === undefined || outcome.kind === kind);
const untilSeen = (via: 'poll' | 'callback', kind: string) =>
  waitFor(() => seen(via, kind)[0], { what: `${kind} by ${via}` });
const taskIdOf = (attemptId: string): string =>
  simulator.tasks().find(({ externalId }) => externalId === attemptId)?.taskId ?? 'none';

it('goes from a submit to a video, by polls alone', async () => {
  await orchestra.worker(adapter());
  const attemptId = await orchestra.submit();
  const [submitted] = await orchestra.reported();
  expect(submitted).toMatchObject({
    type: 'attempt.submitted.v1',
    payload: { attemptId, externalTaskId: attemptId, vendorTaskId: taskIdOf(attemptId), adopted: false },
  });
  await waitFor(() => simulator.tasks()[0]?.status === 'succeeded', { what: 'the video' });
  await orchestra.poll([orchestra.task(attemptId, taskIdOf(attemptId))]);
  const done = await untilSeen('poll', 'succeeded');
  expect(done).toMatchObject({
    attemptId,
    outcome: { videos: [{ url: expect.stringMatching(/^http:/) as string }], cost: { unit: 'kling_unit' } },
  });
});

it('tells what is left under a key', async () => {
  await orchestra.worker(adapter());
  const { balance, error } = await orchestra.balance();
  expect(error).toBeNull();
  expect(balance?.lines[0]).toMatchObject({ unit: 'kling_unit', usable: true });
  expect(Number(balance?.lines[0]?.remaining)).toBeGreaterThan(0);
});

it('finds by lookup what a lost answer left behind, and never orders it again', async () => {
  simulator.script({ kind: 'cut', accepted: true });
  await orchestra.worker(adapter());
  const attemptId = await orchestra.submit();
  const [report] = await orchestra.reported();
  expect(report).toMatchObject({ type: 'attempt.uncertain.v1', payload: { attemptId } });
  await orchestra.submit(attemptId);
  await orchestra.isSpent();
  await orchestra.poll([{ attemptId, verb: 'lookup' }]);
  await orchestra.reported(2);
  const [found] = seen('poll');
  expect(found).toMatchObject({ attemptId, vendorTaskId: taskIdOf(attemptId) });
  expect(found?.outcome.kind).toMatch(/running|succeeded/);
  expect(simulator.tasks()).toHaveLength(1);
  expect(simulator.requests().filter(({ kind }) => kind === 'create')).toHaveLength(1);
});

it('believes a signed callback, once, however often it comes', async () => {
  simulator.script({ kind: 'callbacks', mode: 'duplicate' });
  await orchestra.worker(adapter());
  await submitWithCallbacks();
  await untilSeen('callback', 'succeeded');
  // Twice the vendor has news, each time it calls three times.
  await waitFor(() => verdicts.length === 6, { what: 'six callbacks' });
  expect(verdicts.every(({ verdict }) => verdict === 'taken')).toBe(true);
  expect(
    seen('callback')
      .map(({ outcome }) => outcome.kind)
      .toSorted(),
  ).toEqual(['running', 'succeeded']);
});

it('refuses a forged callback, and what it says', async () => {
  simulator.script({ kind: 'callbacks', mode: 'forge' });
  await orchestra.worker(adapter());
  await submitWithCallbacks();
  await untilSeen('callback', 'succeeded');
  await waitFor(() => verdicts.length >= 4, { what: 'four callbacks' });
  expect(verdicts.filter(({ verdict }) => verdict === 'refused').length).toBeGreaterThanOrEqual(2);
  expect(JSON.stringify(orchestra.reports)).not.toContain('forged.mp4');
});

it('refuses a true callback at the address of another attempt', async () => {
  await orchestra.worker(adapter());
  const other = newId();
  const task = orchestra.task(other, 'another-task');
  orchestra.attempts.set(other, { credential: { id: 'key', version: 1 }, task });
  const { port } = door.address() as AddressInfo;
  // The vendor was told the wrong address, as somebody who repeats a callback elsewhere would.
  orchestra.grant = { callbackUrl: `http://127.0.0.1:${port}/?attempt=${other}` };
  await orchestra.submit();
  await waitFor(() => verdicts.length >= 2, { what: 'two callbacks' });
  expect(verdicts.map(({ verdict }) => verdict)).toEqual(verdicts.map(() => 'refused'));
  expect(seen('callback')).toEqual([]);
});

it('works on with the key that an attempt began with, while another is in use', async () => {
  const [account = KLING_DEMO_ACCOUNT] = simulator.accounts;
  await orchestra.worker(adapter());
  const before = await orchestra.submit();
  await orchestra.reported(1);
  account.apiKeys = [...account.apiKeys, 'newer-key'];
  keep(2, { ...simulator.credential(), apiKey: 'newer-key' });
  orchestra.grant = { credential: { id: 'key', version: 2 } };
  await orchestra.submit();
  await orchestra.reported(2);
  await orchestra.poll([orchestra.task(before, taskIdOf(before))]);
  await orchestra.reported(3);
  expect(seen('poll')[0]?.outcome.kind).toMatch(/running|succeeded/);
  // The old one ends: only the attempts that are pinned to it notice.
  account.apiKeys = ['newer-key'];
  await orchestra.poll([orchestra.task(before, taskIdOf(before))]);
  await orchestra.poll([orchestra.task(before, taskIdOf(before))], { credential: { id: 'key', version: 2 } });
  await orchestra.reported(5);
  const kinds = seen('poll')
    .slice(1)
    .map(({ outcome }) => outcome.kind);
  expect(kinds).toContain('unavailable');
  expect(kinds.filter((kind) => kind !== 'unavailable')).toHaveLength(1);
});

it('tests a connection', async () => {
  await orchestra.worker(adapter());
  expect(await orchestra.testConnection()).toMatchObject({ ok: true, error: null });
});

describe('a worker that is killed while it sends', () => {
  const startProcess = (): ChildProcess =>
    spawn(
      process.execPath,
      [
        ...['--conditions=@shotloom/source', '--disable-warning=ExperimentalWarning'],
        ...['--require', RUN_TYPESCRIPT, join(__dirname, '../src/main.ts')],
      ],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, NODE_OPTIONS: '', ...orchestra.environment, KLING_BASE_URL: simulator.url },
      },
    );

  it('leaves its attempt to job-orchestrator; another worker does not send it again', async () => {
    simulator.script({ kind: 'slow', ms: 60_000 });
    const first = startProcess();
    try {
      const attemptId = await orchestra.submit();
      await waitFor(() => simulator.tasks().length === 1, {
        what: 'a task at the vendor',
        timeoutMs: 40_000,
      });
      first.kill('SIGKILL');
      await once(first, 'exit');
      await orchestra.worker(adapter());
      // The server notices the silence of the first worker, and delivers again.
      await waitFor(() => orchestra.begins.length === 2, { what: 'a second question', timeoutMs: 30_000 });
      await orchestra.isSpent();
      expect(orchestra.begins.map((begin) => begin.attemptId)).toEqual([attemptId, attemptId]);
      expect(simulator.requests().filter(({ kind }) => kind === 'create')).toHaveLength(1);
      expect(orchestra.reports).toEqual([]);
    } finally {
      first.kill('SIGKILL');
    }
  });
});
