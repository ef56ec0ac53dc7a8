import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { connectBus } from '@shotloom/bus';
import {
  credentialSecretRpc,
  mediaIngestConsumer,
  mediaIngestV1,
  mediaStoredV1,
  subjects,
  type VideoRequest,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { openObjectStore } from '@shotloom/object-store';
import { runVendorWorker } from '@shotloom/provider-kit';
import { createMetrics } from '@shotloom/service-kit';
import { silentLogger } from '@shotloom/testing';
import { ManualClock, startHailuoSimulator, type HailuoSimulator } from '@shotloom/vendor-simulators';
import { Harness, VIDEO, type User } from '../services/job-orchestrator/test/harness';
import { HailuoAdapter } from '../services/provider-hailuo/src/provider';

/** The real job-orchestrator, twice, and real workers of Hailuo at a simulated MiniMax that takes five orders a minute and refuses more. */
jest.setTimeout(240_000);

const A_MINUTE = 5;
const JOBS = 12;
/** In each round both clocks, the vendor's and that of the budget, move on by so much, which is less than what the budget leaves over a minute. */
const STEP_SECONDS = 3;
const REQUEST: VideoRequest = {
  ...{ ...VIDEO, provider: 'hailuo', model: 'hailuo:hailuo-2.3', durationSeconds: 6, size: '768P' },
  ...{ width: 1366, height: 768 },
};

const open: (() => Promise<unknown>)[] = [];
let harness: Harness;
let simulator: HailuoSimulator;
const clock = new ManualClock();

beforeAll(async () => {
  simulator = await startHailuoSimulator({
    ...{ clock, createsPerMinute: A_MINUTE, queueMs: [1_000, 1_000], runMs: [4_000, 4_000] },
    media: { scale: 0.1 },
  });
  open.push(() => simulator.stop());
  harness = await Harness.start(
    { PROVIDERS_ENABLED: ['hailuo'], USER_PROVIDER_CONCURRENCY: JOBS, PLANNER_MS: 50 },
    [],
  );
  open.push(() => harness.stop());
  await harness.replica();
  const key = { id: newId(), version: 1, ownerUserId: null, enabled: true, concurrency: null };
  harness.credentials.set('hailuo', [key]);
  const fields = { ...simulator.credential() };
  harness.bus.respond(credentialSecretRpc('hailuo'), async ({ id, version }) => ({
    credential: { id, version, fields, baseUrl: null },
  }));
  await playStorage();
  await startWorker();
  await startWorker();
});
afterAll(async () => {
  for (const close of open.toReversed()) await close();
});

async function startWorker(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'creates-test-'));
  const bus = await connectBus({ url: harness.nats.url, name: 'provider-hailuo', logger: silentLogger() });
  const objectStore = openObjectStore({
    ...{ kind: 'file', path: dir, bucket: 'shotloom', publicBaseUrl: 'http://127.0.0.1:1/media' },
    signingSecret: 'a secret that is long enough for all',
  });
  const worker = await runVendorWorker({
    ...{ adapter: new HailuoAdapter({ baseUrl: simulator.url }), bus, objectStore, logger: silentLogger() },
    ...{ metrics: createMetrics('test'), submitConcurrency: 8, pollConcurrency: 4 },
  });
  open.push(async () => {
    await worker.stop();
    await bus.drain();
    await rm(dir, { recursive: true, force: true });
  });
}

/** Says of every video that it is stored. */
async function playStorage(): Promise<void> {
  const { bus } = harness;
  await bus.consume(
    mediaIngestConsumer,
    async ({ payload }) => {
      const { jobId, attemptId, accountId, ownerUserId } = mediaIngestV1.payload.parse(payload);
      const work = { attemptId, jobId, provider: 'hailuo', model: REQUEST.model };
      const asset = harness.asset({ accountId, userId: ownerUserId }, work, `attempts/${attemptId}/x`);
      const options = { subject: subjects.mediaResults, correlationId: jobId };
      await bus.publish(mediaStoredV1, { jobId, attemptId, asset }, options);
    },
    { concurrency: 4 },
  );
}

const count = async (query: ReturnType<typeof sql<{ count: number }>>): Promise<number> =>
  (await query.execute(harness.database.sql)).rows[0]?.count ?? -1;
const completed = ({ userId }: User): Promise<number> =>
  count(
    sql`SELECT count(*)::int AS count FROM jobs.jobs WHERE owner_user_id = ${userId} AND status = 'completed'`,
  );
const turnedAway = (): Promise<number> =>
  count(sql`SELECT count(*)::int AS count FROM jobs.log WHERE text LIKE '%is too busy%'`);
const ordersSent = (): number =>
  simulator.requests().filter(({ method, path }) => method === 'POST' && path === '/v1/video_generation')
    .length;

let passedAt = performance.now();

/** Time passes at the vendor and in the budget, which the real time passes for too; what waits for a look at the vendor is looked at. */
async function pass(seconds: number): Promise<void> {
  const now = performance.now();
  clock.advance(seconds * 1_000 + now - passedAt);
  passedAt = now;
  await sql`UPDATE jobs.create_windows SET second = second - ${seconds}`.execute(harness.database.sql);
  await sql`UPDATE jobs.timers SET next_poll_at = least(next_poll_at, now())`.execute(harness.database.sql);
  await delay(200);
}

async function manyJobs(): Promise<User> {
  const user = await harness.user(JOBS * 50);
  for (let left = JOBS; left > 0; left -= A_MINUTE) {
    const jobIds = Array.from({ length: Math.min(left, A_MINUTE) }, newId);
    await harness.accept(user, { request: REQUEST, price: { credits: 50, version: 'v' }, jobIds });
  }
  return user;
}

it('finishes twelve jobs under a key with five orders a minute, and the vendor refuses none', async () => {
  const user = await manyJobs();
  let waited = 0;
  const reasons = new Set<string | null>();
  for (; waited < 600 && (await completed(user)) < JOBS; waited += STEP_SECONDS) {
    await pass(STEP_SECONDS);
    const state = await sql<{
      reason: string | null;
    }>`SELECT waiting_reason AS reason FROM jobs.provider_state WHERE provider = 'hailuo'`.execute(
      harness.database.sql,
    );
    reasons.add(state.rows[0]?.reason ?? null);
  }
  expect(await completed(user)).toBe(JOBS);
  expect(reasons).toContain('creates_spent');
  expect(await turnedAway()).toBe(0);
  expect(ordersSent()).toBe(JOBS);
  const times = simulator.tasks().map(({ createdAt }) => createdAt);
  for (const at of times) {
    expect(times.filter((other) => other >= at && other < at + 60_000).length).toBeLessThanOrEqual(A_MINUTE);
  }
});

it('is refused where the operator says that the key may order more than it may', async () => {
  await sql`INSERT INTO jobs.provider_settings (provider, creates_per_minute) VALUES ('hailuo', 1000)`.execute(
    harness.database.sql,
  );
  await manyJobs();
  for (let round = 0; round < 100 && (await turnedAway()) === 0; round += 1) await pass(0);
  expect(await turnedAway()).toBeGreaterThan(0);
});
