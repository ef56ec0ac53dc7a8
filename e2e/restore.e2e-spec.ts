import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobResource } from '@shotloom/contracts';
import {
  EventReader,
  postgresProgramsFolder,
  startPlatform,
  waitFor,
  type RunningPlatform,
} from '@shotloom/testing';
import { sql } from 'kysely';
import { Api } from './support/api';
import { ops } from './support/operator';
import { dump, restore } from './support/postgres-backup';
import { Truth } from './support/truth';
import { Vendor } from './support/vendor';

jest.setTimeout(240_000);

const SERVICES = [
  ...['gateway', 'job-orchestrator', 'storage', 'notifier', 'webhooks'],
  ...['provider-animatic', 'provider-kling'],
];
/** As a deployment says it; the streams follow from it. */
const DEPLOYED = { PROVIDERS_ENABLED: 'animatic,kling' };
const SLOW_MS = 6_000;

let platform: RunningPlatform;
let api: Api;
let truth: Truth;
let vendor: Vendor;
let folder: string;
let asset: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shotloom-restore-'));
  // Debian's Postgres: the one that comes with us has no pg_dump.
  platform = await startPlatform({
    simulate: ['kling'],
    env: {
      SHOTLOOM_POSTGRES_BIN: postgresProgramsFolder(),
      SIMULATOR_ARGS: '--queue-ms 100,200 --run-ms 300,600 --concurrency 100 --scale 0.1',
      USER_PROVIDER_CONCURRENCY: '5',
      LEASE_SECONDS: '3',
    },
  });
  api = new Api(platform.runtime);
  truth = new Truth(platform.runtime);
  vendor = new Vendor(() => platform.runtime, 'kling');
  await truth.fund(platform.runtime.accountId, 10_000);
  asset = (await api.upload()).asset_id;
});
afterAll(async () => {
  await truth.close();
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

function order(prompt: string): Promise<JobResource> {
  const body = { prompt, model: 'kling:kling-2.6', duration: 5, aspect_ratio: '16:9', size: '720P' };
  return api.post<JobResource>('/api/v1/generate/text-to-video', body);
}

async function operate(...args: string[]): Promise<string> {
  const { code, out, error } = await ops(platform.runtime, args, DEPLOYED);
  if (code !== 0) throw new Error(`ops ${args.join(' ')} ended with ${code}: ${error}${out}`);
  return out;
}

/** The one try of a job once it is in a state. */
async function attemptIn(jobId: string, ...statuses: readonly string[]): Promise<string> {
  let id = '';
  await waitFor(
    async () => {
      const attempt = (await truth.attempts(jobId)).at(-1);
      id = attempt?.attempt_id ?? '';
      return attempt !== undefined && statuses.includes(attempt.status);
    },
    { timeoutMs: 30_000, what: `the attempt of job ${jobId} to be ${statuses.join(' or ')}` },
  );
  return id;
}

const soldIn = (tasks: readonly { readonly externalId: string | null }[]): Record<string, number> => {
  const ids = tasks.map(({ externalId }) => externalId ?? 'none');
  return Object.fromEntries(ids.map((id) => [id, ids.filter((other) => other === id).length]));
};

/** A place in the stream that a client has seen. */
async function placeNow(): Promise<string> {
  const reader = await follow();
  await reader.until('ready');
  reader.close();
  return reader.lastId ?? '';
}

const follow = (lastEventId?: string): Promise<EventReader> =>
  EventReader.connect(Number(new URL(platform.runtime.gatewayUrl).port), platform.runtime.apiKey, {
    ...(lastEventId === undefined ? {} : { lastEventId }),
  });

/** What users would miss most, as the database says it. */
async function history(): Promise<unknown> {
  const { accountId } = platform.runtime;
  const ended = await truth.rows(
    sql`SELECT job_id, status, version, credits_captured, output FROM jobs.jobs WHERE finished_at IS NOT NULL ORDER BY job_id`,
  );
  const transfers = await truth.rows(sql`SELECT count(*)::int AS count FROM ledger.transfers`);
  const { holds } = await truth.books();
  return {
    ended,
    transfers,
    holds: holds.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    balance: await truth.balance(accountId),
  };
}

/** Everything dies; of Postgres and NATS not even the disks are left. The vendor and the object store are somewhere else. */
async function disaster(): Promise<void> {
  const { dataDir } = platform.runtime;
  await Promise.all(SERVICES.map((service) => platform.kill(service)));
  await truth.close();
  await Promise.all(['postgres', 'nats'].map((server) => platform.kill(server)));
  await Promise.all(['postgres', 'nats'].map((name) => rm(join(dataDir, name), { recursive: true })));
  await platform.restart('postgres');
  await platform.restart('nats');
  truth = new Truth(platform.runtime);
}

it('comes back from a dump without its streams, and buys nothing a second time', async () => {
  const file = join(folder, 'shotloom.dump');
  const { runtime } = platform;
  const before = await order('made before the dump');
  await api.completed(before.id);
  const placeBefore = await placeNow();
  expect(await ops(runtime, ['after-restore'], DEPLOYED)).toMatchObject({ code: 3 });

  // At the vendor; offered and bought after the dump; offered and never bought; waiting and bought after the dump; of our own engine.
  await vendor.script({ kind: 'task-takes', ms: SLOW_MS, match: 'is under way' });
  const underWay = await order('is under way');
  await attemptIn(underWay.id, 'submitted', 'running');
  await platform.kill('provider-kling');
  await platform.kill('provider-animatic');
  const offered = await order('is offered');
  const turnedAway = await order('is turned away');
  const own = await api.film(asset);
  const [offeredAttempt] = await Promise.all(
    [offered, turnedAway, own].map(({ id }) => attemptIn(id, 'submitting')),
  );
  await operate('provider', 'pause', 'kling', '--reason', 'a dump is made');
  const waiting = await order('waits');
  await truth.settled();
  await dump(runtime.databaseUrl, file);
  const then = await history();

  await vendor.script({ kind: 'error', code: '1302', times: null, match: 'is turned away' });
  await operate('provider', 'resume', 'kling');
  await platform.restart('provider-kling');
  await platform.restart('provider-animatic');
  for (const { id } of [underWay, offered, waiting, own]) await api.completed(id);
  const lost = await order('made after the dump');
  await api.completed(lost.id);
  await vendor.script({ kind: 'task-takes', ms: SLOW_MS, match: 'half lost' });
  await attemptIn((await order('half lost')).id, 'submitted', 'running');
  const placeAfter = await placeNow();
  const [waitingAttempt] = (await truth.attempts(waiting.id)).map(({ attempt_id: id }) => id);

  await disaster();
  await vendor.heal();
  await restore(platform.runtime.databaseUrl, file);
  expect(await history()).toEqual(then);
  expect(JSON.parse(await operate('after-restore', '--dry-run', '--json'))).toMatchObject({
    ...{
      dryRun: true,
      openJobs: 5,
      doubted: 2,
      lookedUp: 2,
      forPeople: 0,
      asked: 1,
      madeAgain: 1,
      streams: [],
    },
    check: null,
  });
  expect(await truth.attempts(offered.id)).toMatchObject([{ status: 'submitting' }]);
  expect(await operate('after-restore')).toContain('Every invariant holds');
  expect(await operate('after-restore')).toContain('Every invariant holds');
  expect(await truth.attempts(offered.id)).toMatchObject([
    { status: 'uncertain', attempt_id: offeredAttempt },
  ]);
  expect(await history()).toEqual(then);

  await Promise.all(SERVICES.map((service) => platform.restart(service)));
  await operate('provider', 'resume', 'kling');
  const reader = await follow(placeAfter);
  await reader.until('reset');
  const older = await follow(placeBefore);
  await older.until('reset');
  older.close();
  for (const { id } of [underWay, offered, turnedAway, waiting, own]) {
    await waitFor(
      async () => {
        await truth.hurry(id);
        return (await api.job(id)).status === 'completed';
      },
      { timeoutMs: 60_000, intervalMs: 250, what: `job ${id} to be completed` },
    );
  }
  expect((await api.fetch(`/api/v1/jobs/${lost.id}`)).status).toBe(404);
  expect((await truth.attempts(waiting.id)).map(({ attempt_id: id }) => id)).toEqual([waitingAttempt]);
  await expectOneTaskEach([before, underWay, offered, turnedAway, waiting]);

  const fresh = await order('made afterwards');
  await waitFor(
    () => reader.events.some(({ event, data }) => event === 'job_complete' && data['job_id'] === fresh.id),
    {
      timeoutMs: 30_000,
      what: 'the end of a new job to be told',
    },
  );
  reader.close();
  expect(await truth.ledgerProblems()).toEqual([]);
  expect(await operate('check')).toContain('Everything adds up.');
});

/** One task at the vendor for each attempt that there is or was, and one attempt a job. */
async function expectOneTaskEach(jobs: readonly JobResource[]): Promise<void> {
  const sold = soldIn(await vendor.tasks());
  expect(Object.values(sold).every((count) => count === 1)).toBe(true);
  for (const { id } of jobs) {
    const [attempt, ...more] = await truth.attempts(id);
    expect(more).toEqual([]);
    expect(sold[attempt?.attempt_id ?? '']).toBe(1);
  }
  // Beside them what was ordered after the dump, which no row knows any more.
  expect(Object.keys(sold)).toHaveLength(jobs.length + 2);
}
