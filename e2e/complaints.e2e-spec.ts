import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { JobResource } from '@shotloom/contracts';
import { startPlatform, waitFor, type RunningPlatform } from '@shotloom/testing';
import { Api } from './support/api';
import { Truth, type AttemptBook } from './support/truth';
import { counted, Vendor } from './support/vendor';

/**
 * What users of comparable products complain of, tried on the real processes with a vendor that misbehaves over real HTTP.
 * docs/trust.md has the list.
 */
jest.setTimeout(180_000);

const run = promisify(execFile);
const PRICE = 25;
const NEVER = null;

let platform: RunningPlatform;
let api: Api;
let truth: Truth;
let vendor: Vendor;
beforeAll(async () => {
  platform = await startPlatform({
    simulate: ['kling'],
    env: {
      SIMULATOR_ARGS: '--queue-ms 100,200 --run-ms 700,1200 --concurrency 100 --scale 0.1',
      USER_PROVIDER_CONCURRENCY: '5',
      // Fewer than the jobs that are stuck in one of the tests.
      WORKER_SUBMIT_CONCURRENCY: '2',
    },
  });
  api = new Api(platform.runtime);
  truth = new Truth(platform.runtime);
  vendor = new Vendor(() => platform.runtime, 'kling');
  await truth.fund(platform.runtime.accountId, 10_000);
});
afterEach(() => vendor.heal());
afterAll(async () => {
  expect(await truth.ledgerProblems()).toEqual([]);
  await truth.close();
  await platform.stop();
});

let next = 0;
/** A word that only this prompt has, so that a fault can be tied to it. */
const newWord = (): string => `word${(next += 1)}x`;

function film(prompt: string, by = api): Promise<JobResource> {
  const body = { prompt, model: 'kling:kling-2.6', duration: 5, aspect_ratio: '16:9', size: '720P' };
  return by.post<JobResource>('/api/v1/generate/text-to-video', body);
}

/** The one try of a job, once it is so. */
async function attemptOf(jobId: string, what: string, is: (attempt: AttemptBook) => boolean = () => true) {
  let found: AttemptBook | undefined;
  await waitFor(
    async () => {
      found = (await truth.attempts(jobId)).at(-1);
      return found !== undefined && is(found);
    },
    { timeoutMs: 60_000, what: `the attempt of ${jobId} to be ${what}` },
  );
  if (!found) throw new Error('unreachable');
  return found;
}

/** Looks as often as it takes, and lets the vendor be asked at once each time. */
async function hurriedUntil(jobId: string, what: string, reached: () => Promise<boolean>): Promise<void> {
  const look = async (): Promise<boolean> => {
    await truth.hurry(jobId);
    return reached();
  };
  await waitFor(look, { timeoutMs: 60_000, intervalMs: 250, what });
}

const isCompleted = async (jobId: string): Promise<boolean> => (await api.job(jobId)).status === 'completed';

/** One try, one task at the vendor, one video, one charge, one end. */
async function expectBoughtOnce(jobIds: readonly string[]): Promise<void> {
  for (const id of jobIds) {
    await hurriedUntil(id, `job ${id} to be completed`, () => isCompleted(id));
    expect(await truth.attempts(id)).toHaveLength(1);
    const { attempt_id: attemptId, vendor_task_id: known } = await attemptOf(id, 'there');
    const sold = await vendor.tasksOf(attemptId);
    expect(sold.map(({ taskId }) => taskId)).toEqual([known]);
    expect((await api.job(id)).credits).toEqual({ held: 0, captured: PRICE });
  }
  const { assets, holds } = await truth.books();
  const ends = await truth.terminalEvents();
  for (const id of jobIds) {
    expect(assets.filter(({ job_id }) => job_id === id)).toHaveLength(1);
    expect(holds.find((hold) => hold.id === id)?.state).toBe('captured');
    expect(ends[id]).toBe(1);
  }
  expect(await truth.ledgerProblems()).toEqual([]);
}

async function expectUncharged(job: JobResource, before: { available: number; held: number }): Promise<void> {
  expect(job.credits).toEqual({ held: 0, captured: 0 });
  expect(await truth.balance(platform.runtime.accountId)).toEqual(before);
}

// Fails where a lost answer is a failed call that is made again.
it('a connection cut after the vendor accepted buys one video and one charge', async () => {
  const word = newWord();
  await vendor.script({ kind: 'cut', on: 'create', accepted: true, match: word });
  const job = await film(word);
  const uncertain = await api.until(job.id, 'uncertain or past it', ({ status }) => status !== 'queued');
  expect(uncertain.error).toBeNull();
  await expectBoughtOnce([job.id]);
  expect(await vendor.calls('create', word)).toHaveLength(1);
});

// Fails where only the answer's id leads to the task: there is none, since the worker died before it could tell.
it('an id that was never stored is found by lookup', async () => {
  const word = newWord();
  await vendor.script(
    { kind: 'slow', ms: 20_000, on: 'create', match: word },
    { kind: 'callbacks', mode: 'drop', on: 'create', match: word },
  );
  const job = await film(word);
  const { attempt_id: attemptId } = await attemptOf(job.id, 'sent', ({ status }) => status === 'sending');
  await waitFor(async () => (await vendor.tasksOf(attemptId)).length === 1, { what: 'the task' });
  await platform.kill('provider-kling');
  expect((await attemptOf(job.id, 'there')).vendor_task_id).toBeNull();
  await platform.restart('provider-kling');
  await expectBoughtOnce([job.id]);
  expect(await truth.log(job.id)).toContain('looked up by our own id');
});

// Fails where a job lives in a process: lost with it, or begun anew by the next one.
it('SIGKILL of every service in flight: nothing lost, nothing sent twice', async () => {
  const [storing, waiting, sending] = [newWord(), newWord(), newWord()];
  await vendor.script(
    { kind: 'task-takes', ms: 4_000, on: 'create', match: waiting },
    { kind: 'slow', ms: 20_000, on: 'create', match: sending },
  );
  await platform.kill('storage');
  const made = await film(storing);
  await api.until(made.id, 'storing', ({ status }) => status === 'storing');
  const atVendor = await film(waiting);
  await attemptOf(atVendor.id, 'at the vendor', ({ vendor_task_id: id }) => id !== null);
  const onItsWay = await film(sending);
  const { attempt_id: attemptId } = await attemptOf(
    onItsWay.id,
    'sent',
    ({ status }) => status === 'sending',
  );
  await waitFor(async () => (await vendor.tasksOf(attemptId)).length === 1, { what: 'the task' });
  const services = ['gateway', 'job-orchestrator', 'notifier', 'provider-kling', 'provider-animatic'];
  await Promise.all(services.map((service) => platform.kill(service)));
  await Promise.all(['storage', ...services].map((service) => platform.restart(service)));
  await expectBoughtOnce([made.id, atVendor.id, onItsWay.id]);
});

// Fails where a shape that nobody knows is a failure, or is taken for "still running" in silence.
it('a finished video in a reply of another shape is alarmed and kept asking, never called failed', async () => {
  const word = newWord();
  await vendor.script({ kind: 'callbacks', mode: 'drop', on: 'create', match: word });
  const job = await film(word);
  const { attempt_id: attemptId } = await attemptOf(job.id, 'there');
  const moved = [{ type: 'video', location: 'https://cdn.example/moved.mp4' }];
  const path = ['data', '0', 'outputs'];
  await vendor.script({ kind: 'shape', path, value: moved, on: 'query', match: attemptId, times: NEVER });
  await waitFor(async () => (await vendor.tasksOf(attemptId))[0]?.status === 'succeeded', {
    what: 'the video',
  });
  const asked = async (): Promise<number> => (await vendor.calls('query', attemptId)).length;
  await hurriedUntil(job.id, 'the strange answer', async () =>
    (await truth.log(job.id)).includes('cannot read'),
  );
  const before = await asked();
  await hurriedUntil(job.id, 'three more questions', async () => (await asked()) >= before + 3);
  expect(await api.job(job.id)).toMatchObject({ error: null, credits: { held: PRICE, captured: 0 } });
  const alarms = 'shotloom_vendor_alarms_total';
  expect(await counted(platform.runtime, 'provider-kling', alarms)).toBeGreaterThan(0);
  await vendor.heal();
  await expectBoughtOnce([job.id]);
});

// Fails where every failure is "failed", a block counts as delivered, or it is tried again in vain.
it.each([
  ['at the door', '[sim:reject]', 0],
  ['after the work', '[sim:fail]', 1],
])('a moderation block is typed content_rejected and not charged: %s', async (_when, prompt, tasks) => {
  const before = await truth.balance(platform.runtime.accountId);
  const { id } = await film(`${prompt} ${newWord()}`);
  const job = await api.until(id, 'failed', ({ status }) => status === 'failed');
  expect(job.error).toMatchObject({ code: 'content_rejected', retryable: false });
  await expectUncharged(job, before);
  const tries = await truth.attempts(id);
  expect(tries).toHaveLength(1);
  expect(await vendor.tasksOf(tries[0]?.attempt_id ?? '')).toHaveLength(tasks);
});

// Fails where any answer that is not 200 ends the job.
it('one 429, 5xx or 404 while polling kills nothing', async () => {
  const word = newWord();
  await vendor.script({ kind: 'callbacks', mode: 'drop', on: 'create', match: word });
  const job = await film(word);
  const { attempt_id: attemptId } = await attemptOf(job.id, 'there');
  const troubles = [
    { kind: 'error', code: '1302' },
    { kind: 'error', code: '5001' },
    { kind: 'error', code: '1203' },
    { kind: 'http', status: 404 },
    { kind: 'http', status: 502 },
    { kind: 'body', body: { code: 0, message: 'SUCCEED', data: [] } },
    { kind: 'cut', accepted: false },
    { kind: 'truncated' },
  ];
  await vendor.script(...troubles.map((fault, skip) => ({ ...fault, skip, on: 'query', match: attemptId })));
  const struck = async (): Promise<number> =>
    (await vendor.calls('query', attemptId)).filter(({ faults }) => faults.length > 0).length;
  await hurriedUntil(job.id, 'every trouble', async () => (await struck()) === troubles.length);
  expect(await api.job(job.id)).toMatchObject({ error: null, credits: { held: PRICE } });
  await expectBoughtOnce([job.id]);
});

// Fails where a link is kept and fetched again and again, or where the way to a fresh one is to make the video again.
it('an expired link is refreshed and fetched again without generating', async () => {
  const word = newWord();
  await vendor.script(
    { kind: 'callbacks', mode: 'drop', on: 'create', match: word },
    { kind: 'link-expired', on: 'query', times: NEVER },
  );
  const job = await film(word);
  const { vendor_task_id: taskId } = await attemptOf(job.id, 'sent', ({ vendor_task_id: id }) => id !== null);
  const refused = async (): Promise<boolean> =>
    (await vendor.calls('result', taskId ?? '')).some(({ status }) => status === 403);
  await hurriedUntil(job.id, 'the fetch by a link that has ended', refused);
  await vendor.heal();
  await expectBoughtOnce([job.id]);
  expect(await truth.log(job.id)).toContain('asked for a fresh link');
});

// Fails where a worker, a lane or a lock waits for the vendor together with the job.
it('a stuck job blocks nobody', async () => {
  const stuck = newWord();
  await vendor.script({ kind: 'task-takes', ms: 600_000, on: 'create', match: stuck, times: NEVER });
  const held = [await film(stuck), await film(stuck), await film(stuck), await film(stuck)];
  for (const { id } of held) await attemptOf(id, 'sent', ({ vendor_task_id: task }) => task !== null);
  const neighbour = new Api(platform.runtime, await truth.addStranger());
  const [mine, theirs] = [await film(newWord()), await film(newWord(), neighbour)];
  await api.completed(mine.id, 60_000);
  await neighbour.completed(theirs.id, 60_000);
  for (const { id } of held) {
    const answer = await api.post<JobResource>(`/api/v1/jobs/${id}/cancel`, {});
    // They may be slow by now, too.
    expect(answer.conditions).toContain('cancelling');
    expect(answer.credits).toEqual({ held: PRICE, captured: 0 });
  }
});

// Fails where a poll uses the key of today: the new one is not even known to the vendor. The last test, since it is left so.
it('a key rotated in flight changes nothing', async () => {
  const word = newWord();
  await vendor.script(
    { kind: 'callbacks', mode: 'drop', on: 'create', match: word },
    { kind: 'task-takes', ms: 3_000, on: 'create', match: word },
  );
  const job = await film(word);
  await attemptOf(job.id, 'at the vendor', ({ vendor_task_id: id }) => id !== null);
  expect(await rotateKey({ apiKey: 'a-key-that-kling-refuses' })).toMatchObject({ version: 2 });
  await platform.restart('provider-kling', 'SIGKILL');
  await expectBoughtOnce([job.id]);
  expect((await attemptOf(job.id, 'there')).credential_version).toBe(1);
});

/** As an operator does it: the gateway's own script. */
async function rotateKey(fields: Record<string, string>): Promise<unknown> {
  const { dataDir, databaseUrl } = platform.runtime;
  const secrets = JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8')) as {
    credentialsKey: string;
  };
  const script = resolve(__dirname, '..', 'services', 'gateway', 'dist', 'seed-credential.js');
  const { stdout } = await run(process.execPath, [script], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      DATABASE_URL: databaseUrl,
      CREDENTIALS_KEY: secrets.credentialsKey,
      CREDENTIAL_JSON: JSON.stringify({ provider: 'kling', name: 'Simulated', fields }),
    },
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
