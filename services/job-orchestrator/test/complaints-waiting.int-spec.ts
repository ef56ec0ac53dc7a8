import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { checkInvariants, getBalance } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import { pollInterval } from '../src/planner/poll-interval';
import type { User, Work } from './harness';
import { errorRecord, KLING, PRICE, running, succeeded, VendorHarness } from './vendor-harness';

/**
 * What users of comparable products complain of while a vendor works: late, stuck, for ever.
 * docs/trust.md has the list.
 */
jest.setTimeout(180_000);

let harness: VendorHarness;
beforeAll(async () => {
  harness = await VendorHarness.start({
    ...{ USER_PROVIDER_CONCURRENCY: 1_000, PLANNER_MS: 250, SWEEP_MS: 250 },
  });
});
afterEach(() => {
  harness.vendor = undefined;
});
afterAll(async () => {
  expect(await checkInvariants(harness.core.database.sql)).toEqual([]);
  await harness.stop();
});

const run = (query: ReturnType<typeof sql>) => query.execute(harness.core.database.sql);
const job = (user: User, jobId: string) => harness.core.job(user, jobId);
const balance = (user: User) => getBalance(harness.core.database.sql, user.accountId);

async function count(query: ReturnType<typeof sql<{ count: number }>>): Promise<number> {
  return (await query.execute(harness.core.database.sql)).rows[0]?.count ?? -1;
}
const inState = (user: User, status: string): Promise<number> =>
  count(sql<{ count: number }>`SELECT count(*)::int AS count FROM jobs.attempts
    WHERE owner_user_id = ${user.userId} AND status = ${status}`);

/** Jobs that the vendor has taken, all of one user. The budget of calls is out of the way while they are sent, and back afterwards. */
async function manyAtVendor(amount: number): Promise<{ user: User; works: Work[] }> {
  await run(sql`INSERT INTO jobs.provider_settings (provider, concurrency, requests_per_minute, requests_burst)
    VALUES ('kling', 2000, 1000000, 1000)
    ON CONFLICT (provider) DO UPDATE SET requests_per_minute = 1000000, requests_burst = 1000`);
  const user = await harness.core.user(amount * PRICE);
  const ids = new Set<string>();
  while (ids.size < amount) {
    const jobIds = Array.from({ length: 5 }, newId);
    await harness.accept(user, { jobIds });
    for (const id of jobIds) ids.add(id);
  }
  const offered = (): Work[] => harness.core.work.filter((work) => ids.has(work.jobId));
  await waitFor(() => offered().length === amount, { what: 'the work', timeoutMs: 60_000 });
  const works = offered();
  for (let from = 0; from < amount; from += 50) {
    const some = works.slice(from, from + 50);
    await Promise.all(some.map(async (work) => harness.submitted(work, await harness.begun(work))));
  }
  await waitFor(async () => (await inState(user, 'submitted')) === amount, {
    what: 'all to be at the vendor',
    timeoutMs: 60_000,
  });
  await run(sql`UPDATE jobs.provider_settings SET requests_per_minute = NULL, requests_burst = NULL`);
  return { user, works };
}

/** The model usually takes so long, of which so much is over. Seconds. */
async function waitedFor(user: User, seconds: number): Promise<void> {
  await run(sql`UPDATE jobs.attempts SET submitted_at = now() - make_interval(secs => ${seconds})
    WHERE owner_user_id = ${user.userId}`);
}

// Fails where tasks are asked about one after another: 500 calls of 150 ms are 75 s.
it('detects 500 finished videos within two poll intervals, not one after another', async () => {
  const { user } = await manyAtVendor(500);
  // About the usual time, when they finish; their questions are spread as they are after some rounds.
  await waitedFor(user, 120);
  const times = { p50: 120, p95: 240 };
  const longest = pollInterval({ elapsed: 121, times, min: 5, max: 60, misses: 0, random: 1 });
  await run(sql`UPDATE jobs.timers SET next_poll_at = now() + random() * make_interval(secs => ${longest})`);
  const [finishedAt, told] = [performance.now(), new Map<string, number>()];
  harness.vendor = ({ attemptId }) => {
    if (!told.has(attemptId)) told.set(attemptId, performance.now() - finishedAt);
    return succeeded();
  };
  await waitFor(() => told.size === 500, { what: 'all videos to be seen', timeoutMs: 60_000 });
  const lags = [...told.values()].toSorted((one, other) => one - other);
  expect(lags[494]).toBeLessThan(2 * longest * 1_000);
  const stored = async (): Promise<boolean> => (await inState(user, 'storing')) === 500;
  await waitFor(stored, { what: 'all videos to be on their way', timeoutMs: 60_000 });
});

// Fails where a wait that is over is a failure: the credits go back, the vendor delivers and bills.
it('a poll timeout is overdue with its hold, and a late success before the hard limit is captured', async () => {
  const user = await harness.core.user(PRICE);
  const { jobId, work } = await harness.atVendor(user);
  const error = errorRecord({ code: 'provider_timeout', retryable: true, outcome: 'accepted' });
  await harness.quiet(work);
  for (const pollNo of [1, 2, 3]) await harness.seen(work, { kind: 'unavailable', error }, pollNo);
  await harness.makeDue(jobId, 'deadline_at');
  await waitFor(async () => (await job(user, jobId)).conditions.includes('overdue'), { what: 'overdue' });
  expect(await job(user, jobId)).toMatchObject({ status: 'submitted', error: null, creditsHeld: PRICE });
  expect(await harness.transfers(jobId)).toEqual([`hold ${PRICE}`]);
  await harness.seen(work, succeeded(), 4);
  await harness.core.until(user, jobId, 'storing');
  await harness.stored(user, work);
  await harness.core.until(user, jobId, 'completed');
  expect(await harness.transfers(jobId)).toEqual([`hold ${PRICE}`, `capture ${PRICE}`]);
});

// Fails where nothing but the vendor ends a wait.
it('a job has a deadline and its id is kept and shown; no endless poll', async () => {
  const user = await harness.core.user(PRICE);
  harness.vendor = () => running();
  const { jobId, work } = await harness.atVendor(user);
  expect((await harness.lastAttempt(jobId))?.hard_limit_at).toBeInstanceOf(Date);
  expect((await harness.log(jobId)).join()).toContain(`v-${work.attemptId}`);
  await harness.makeDue(jobId, 'deadline_at', 'hard_limit_at');
  await waitFor(() => harness.polls.some(({ attemptId }) => attemptId === work.attemptId), {
    what: 'the last look',
  });
  await harness.makeDue(jobId);
  await harness.core.until(user, jobId, 'failed');
  expect(await job(user, jobId)).toMatchObject({
    jobId,
    error: { code: 'provider_timeout' },
    creditsCaptured: 0,
  });
  expect(await balance(user)).toMatchObject({ available: PRICE, held: 0 });
  // A late video is looked for as long again as it was waited for, and then no more.
  await run(sql`UPDATE jobs.attempts SET submitted_at = now() - interval '2 hours', hard_limit_at = now() - interval '1 hour 1 second'
    WHERE job_id = ${jobId}`);
  await run(sql`UPDATE jobs.timers SET next_poll_at = now() WHERE attempt_id = ${work.attemptId}`);
  const timers = sql<{
    count: number;
  }>`SELECT count(*)::int AS count FROM jobs.timers WHERE attempt_id = ${work.attemptId}`;
  await waitFor(async () => (await count(timers)) === 0, { what: 'the questions to end' });
});

// Fails where the bar shows fixed steps, or jumps back when the model changes its mind.
it('progress is estimated from history, monotone, marked estimated', async () => {
  const teacher = await harness.core.user(6 * PRICE);
  const model = { request: { ...KLING, model: 'kling:kling-3.0' } };
  for (let taught = 0; taught < 6; taught += 1) {
    const { work } = await harness.atVendor(teacher, model);
    await waitedFor(teacher, 40);
    await harness.seen(work, succeeded());
  }
  const known = sql<{ count: number }>`SELECT count(*)::int AS count FROM jobs.model_stats
    WHERE model = 'kling:kling-3.0' AND finished = 6 AND p50_seconds BETWEEN 40 AND 50`;
  await waitFor(async () => (await count(known)) === 1, { what: 'the history', timeoutMs: 20_000 });
  const user = await harness.core.user(10 * PRICE);
  let learned = await harness.atVendor(user, model);
  const usual = async (): Promise<number> => (await harness.lastAttempt(learned.jobId))?.usual_seconds ?? 0;
  // What was written is known a moment later.
  for (let tries = 0; (await usual()) > 50 && tries < 9; tries += 1) {
    await waitFor(async () => (await count(known)) === 1, { what: 'the history' });
    learned = await harness.atVendor(user, model);
  }
  const { jobId, work } = learned;
  await harness.seen(work, running());
  await harness.core.until(user, jobId, 'processing');
  const shown: number[] = [];
  for (const seconds of [5, 10, 20, 40, 80, 400]) {
    await run(
      sql`UPDATE jobs.attempts SET submitted_at = now() - make_interval(secs => ${seconds}) WHERE job_id = ${jobId}`,
    );
    const seen = await job(user, jobId);
    expect(seen.progressEstimated).toBe(true);
    shown.push(seen.progress);
  }
  expect(shown).toEqual([...new Set(shown)].toSorted((one, other) => one - other));
  // By its own history of 40 s it is past two thirds then; by the catalogue's 120 s it would not be at half.
  expect(shown[3]).toBeGreaterThan(65);
  expect(shown.at(-1)).toBeLessThan(95);
  await harness.makeDue(jobId);
  await waitFor(async () => (await job(user, jobId)).conditions.includes('slow'), { what: 'an event' });
  await run(sql`UPDATE jobs.attempts SET submitted_at = now() WHERE job_id = ${jobId}`);
  expect((await job(user, jobId)).progress).toBeGreaterThanOrEqual(shown.at(-1) ?? 100);
});

// Fails where a video that was there when it was looked up counts as one that took no time.
it('a video found after a lost answer teaches nothing of how long its model takes', async () => {
  const user = await harness.core.user(PRICE);
  const { jobId } = await harness.accept(user, { request: { ...KLING, model: 'kling:kling-2.5-turbo' } });
  const work = await harness.core.offered(jobId);
  await harness.uncertain(work, await harness.begun(work));
  await harness.attemptIs(jobId, 'uncertain');
  await harness.seen(work, succeeded(), 1);
  await harness.core.until(user, jobId, 'storing');
  expect((await harness.log(jobId)).join()).not.toContain('in 0 s');
});

// Fails where planners do not claim what they ask about, or where each answer of a failure gives credits back.
// The last test, since two more replicas stay from here on.
it('three planners poll a task and nothing is refunded or charged twice', async () => {
  await Promise.all([harness.core.replica(), harness.core.replica()]);
  const { user, works } = await manyAtVendor(60);
  const failing = new Set(works.slice(0, 30).map(({ attemptId }) => attemptId));
  const failed = { kind: 'failed', error: errorRecord({ code: 'provider_failed' }), cost: null } as const;
  harness.vendor = (task) => (failing.has(task.attemptId) ? failed : succeeded());
  await run(sql`UPDATE jobs.timers SET next_poll_at = now()`);
  await waitFor(
    async () => (await inState(user, 'failed')) === 30 && (await inState(user, 'storing')) === 30,
    {
      what: 'every verdict',
      timeoutMs: 20_000,
    },
  );
  const asked = harness.polls
    .filter(({ attemptId }) => works.some((work) => work.attemptId === attemptId))
    .map(({ attemptId, pollNo }) => `${attemptId} ${pollNo}`);
  expect(asked).toHaveLength(new Set(asked).size);
  // The same verdicts once more, as a planner without the claim would have brought them.
  await Promise.all(
    works.map((work) => harness.seen(work, failing.has(work.attemptId) ? failed : succeeded(), 1)),
  );
  const toStore = works.filter(({ attemptId }) => !failing.has(attemptId));
  await Promise.all([...toStore, ...toStore].map((work) => harness.stored(user, work)));
  await waitFor(async () => (await inState(user, 'stored')) === 30, {
    what: 'the videos',
    timeoutMs: 20_000,
  });
  for (const { jobId, attemptId } of works) {
    const end = failing.has(attemptId) ? `release ${PRICE}` : `capture ${PRICE}`;
    expect(await harness.transfers(jobId)).toEqual([`hold ${PRICE}`, end]);
  }
  expect(await balance(user)).toMatchObject({ available: 30 * PRICE, held: 0 });
});
