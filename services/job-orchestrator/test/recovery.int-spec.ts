import { sql } from 'kysely';
import { acceptJobsRpc, cancelJobRpc, deleteJobRpc, listJobsRpc, releaseLeaseRpc } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { getBalance, release } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import { Harness, VIDEO, type User, type Work } from './harness';

jest.setTimeout(60_000);

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start();
});
afterAll(() => harness.stop());

const run = (query: ReturnType<typeof sql>): Promise<unknown> => query.execute(harness.database.sql);
const makeDue = (jobId: string): Promise<unknown> =>
  run(sql`UPDATE jobs.attempts SET due_at = now() WHERE job_id = ${jobId}`);

async function begun(user: User): Promise<{ jobId: string; work: Work }> {
  const { jobId } = await harness.accept(user);
  const work = await harness.offered(jobId);
  expect(await harness.begin(work)).toMatchObject({ granted: true });
  return { jobId, work };
}

it('does not count a long wait in the queue as a fault of the workers', async () => {
  const user = await harness.user(5);
  const { jobId } = await harness.accept(user);
  const work = await harness.offered(jobId);
  await run(sql`UPDATE jobs.attempts SET resends = 50, due_at = now() WHERE job_id = ${jobId}`);
  await harness.offered(jobId, 2);
  await harness.begin(work);
  await makeDue(jobId);
  await harness.offered(jobId, 3);
  expect((await harness.attempts(jobId))[0]).toMatchObject({ status: 'submitting', lapses: 1 });
});

it('ends an attempt whose workers fall silent again and again, and tries another', async () => {
  const user = await harness.user(5);
  const { jobId } = await begun(user);
  await run(sql`UPDATE jobs.attempts SET lapses = 5, due_at = now() WHERE job_id = ${jobId}`);
  await waitFor(async () => (await harness.attempts(jobId))[0]?.status === 'failed', {
    what: 'the attempt to fail',
    timeoutMs: 5_000,
  });
  expect((await harness.job(user, jobId)).status).toBe('processing');
  await run(sql`UPDATE jobs.jobs SET not_before = now() WHERE job_id = ${jobId}`);
  await waitFor(async () => (await harness.attempts(jobId)).length === 2, {
    what: 'a second attempt',
    timeoutMs: 5_000,
  });
});

it('goes on for everybody when one attempt cannot be moved', async () => {
  const [broken, well] = [await harness.user(5), await harness.user(5)];
  const [poison, healthy] = [await begun(broken), await begun(well)];
  // Its hold is gone, so that ending it must fail: a fault that only a person can mend.
  await release(harness.database.sql, { holdId: poison.jobId });
  await run(
    sql`UPDATE jobs.attempts SET lapses = 5, due_at = now() - interval '1 hour' WHERE job_id = ${poison.jobId}`,
  );
  await run(sql`UPDATE jobs.jobs SET model_attempts = max_attempts WHERE job_id = ${poison.jobId}`);
  await makeDue(healthy.jobId);
  await harness.offered(healthy.jobId, 2);
  const [set] = await harness.attempts(poison.jobId);
  expect(set?.due_at?.getTime()).toBeGreaterThan(Date.now());
  await run(sql`DELETE FROM jobs.attempts WHERE job_id = ${poison.jobId}`);
});

it('schedules and begins a job whose model has left the catalogue since', async () => {
  const user = await harness.user(5);
  const { jobId } = await harness.accept(user);
  const work = await harness.offered(jobId);
  await run(sql`UPDATE jobs.attempts SET model = 'animatic:gone' WHERE job_id = ${jobId}`);
  await run(sql`UPDATE jobs.jobs SET model = 'animatic:gone' WHERE job_id = ${jobId}`);
  expect(await harness.begin(work)).toMatchObject({
    granted: true,
    remainingSeconds: expect.any(Number) as number,
  });
});

it('cancels what is being stored at once', async () => {
  const user = await harness.user(5);
  const { jobId } = await harness.storing(user);
  const { job } = await harness.bus.request(cancelJobRpc, { userId: user.userId, jobId });
  expect(job).toMatchObject({ status: 'cancelled', creditsHeld: 0 });
  expect(await getBalance(harness.database.sql, user.accountId)).toMatchObject({ available: 5, held: 0 });
});

it('does not ask for ever to store what cannot be stored', async () => {
  const user = await harness.user(5);
  const { jobId } = await harness.storing(user);
  await run(sql`UPDATE jobs.attempts SET resends = 5, due_at = now() WHERE job_id = ${jobId}`);
  await waitFor(async () => (await harness.attempts(jobId))[0]?.status === 'failed', {
    what: 'the attempt to fail',
    timeoutMs: 5_000,
  });
});

it('shows that it renders again after a video that could not be stored', async () => {
  const user = await harness.user(5);
  const { jobId, work } = await harness.storing(user);
  await harness.ingestFailed(work, 'ingest_failed', true);
  await waitFor(async () => (await harness.attempts(jobId))[0]?.status === 'failed', {
    what: 'the attempt to fail',
    timeoutMs: 5_000,
  });
  await run(sql`UPDATE jobs.jobs SET not_before = now() WHERE job_id = ${jobId}`);
  await harness.begin(await harness.offered(jobId, 2));
  expect(await harness.job(user, jobId)).toMatchObject({ status: 'storing', stage: 'running' });
});

it('takes a lease back from a worker that gives it, and from nobody else', async () => {
  const user = await harness.user(5);
  const { jobId, work } = await begun(user);
  const lease = { attemptId: work.attemptId, fence: 1, workerId: 'worker-1' };
  expect(await harness.bus.request(releaseLeaseRpc, { ...lease, workerId: 'thief' })).toEqual({
    released: false,
  });
  expect(await harness.bus.request(releaseLeaseRpc, lease)).toEqual({ released: true });
  expect(await harness.begin(work, 'worker-2')).toMatchObject({ granted: true, fence: 2 });
  expect((await harness.attempts(jobId))[0]).toMatchObject({ lapses: 0 });
});

it('lists jobs that are too large for one message on more pages', async () => {
  const user = await harness.user(500);
  const request = { ...VIDEO, prompt: '海'.repeat(2_000), negativePrompt: '雨'.repeat(2_000) };
  for (let count = 0; count < 12; count += 1) {
    const jobIds = Array.from({ length: 5 }, newId);
    await harness.bus.request(acceptJobsRpc, harness.request(user, { request, jobIds }));
  }
  const seen = new Set<string>();
  let pages = 0;
  let cursor: string | undefined;
  do {
    const page = await harness.bus.request(listJobsRpc, {
      userId: user.userId,
      limit: 100,
      ...(cursor ? { cursor } : {}),
    });
    for (const job of page.jobs) seen.add(job.jobId);
    cursor = page.nextCursor ?? undefined;
    pages += 1;
  } while (cursor);
  expect(seen.size).toBe(60);
  expect(pages).toBeGreaterThan(1);
});

it('does not answer a key with a job that was deleted', async () => {
  const user = await harness.user(10);
  const idempotency = { route: '/generate', key: 'k', bodyHash: 'h' };
  const { jobId } = await harness.accept(user, { idempotency });
  await harness.bus.request(deleteJobRpc, { userId: user.userId, jobId });
  await expect(harness.accept(user, { idempotency })).rejects.toMatchObject({ code: 'conflict' });
});
