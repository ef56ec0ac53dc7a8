import { sql } from 'kysely';
import { newId, type AppError } from '@shotloom/kernel';
import {
  acceptJobsRpc,
  attemptCancelledV1,
  attemptFailedV1,
  cancelJobRpc,
  deleteJobRpc,
  listJobsRpc,
  mediaStoredV1,
  renewLeaseRpc,
  subjects,
} from '@shotloom/contracts';
import { listDead } from '@shotloom/bus';
import { checkInvariants, getBalance } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import { Harness, VIDEO, type User, type Work } from './harness';

jest.setTimeout(60_000);

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start();
});
afterAll(async () => {
  expect(await checkInvariants(harness.database.sql)).toEqual([]);
  await harness.stop();
});

const balance = (user: User) => getBalance(harness.database.sql, user.accountId);
const until = (user: User, jobId: string, status: string) => harness.until(user, jobId, status);

async function stored(
  user: User,
  work: Work,
  key: string,
  asset = harness.asset(user, work, key),
): Promise<void> {
  const payload = { jobId: work.jobId, attemptId: work.attemptId, asset };
  await harness.bus.publish(mediaStoredV1, payload, {
    subject: subjects.mediaResults,
    correlationId: work.jobId,
  });
}

async function fail(work: Work, fence: number, retryable: boolean): Promise<void> {
  const error = {
    code: 'provider_failed' as const,
    message: 'it broke',
    retryable,
    chargeable: false,
    outcome: 'refused' as const,
  };
  const options = { subject: subjects.attempts('animatic'), correlationId: work.jobId };
  await harness.bus.publish(attemptFailedV1, { attemptId: work.attemptId, fence, error }, options);
}

describe('the straight way', () => {
  it('holds, begins, stores, captures, and tells it in order', async () => {
    const user = await harness.user(20);
    const { jobId, work, key, fence } = await harness.storing(user);
    expect(await balance(user)).toMatchObject({ available: 15, held: 5 });
    expect(fence).toBe(1);
    await stored(user, work, key);
    await until(user, jobId, 'completed');
    const job = await harness.job(user, jobId);
    expect(job).toMatchObject({ progress: 100, creditsHeld: 0, creditsCaptured: 5, error: null });
    expect(job.output).toMatchObject({ objectKey: key, width: 1280, label: 'An animatic.' });
    expect(await balance(user)).toMatchObject({ available: 15, held: 0 });
    await waitFor(
      () => harness.events.some((event) => event.jobId === jobId && event.status === 'completed'),
      {
        timeoutMs: 5_000,
        what: 'the completed event',
      },
    );
    const mine = harness.events.filter((event) => event.jobId === jobId);
    expect(mine.map((event) => event.status)).toEqual(['queued', 'processing', 'storing', 'completed']);
    expect(mine.map((event) => event.version)).toEqual([1, 2, 3, 4]);
  });

  it('shows the progress that the worker reports, never a lower one', async () => {
    const user = await harness.user(5);
    const { jobId } = await harness.accept(user);
    const work = await harness.offered(jobId);
    const begun = await harness.begin(work);
    if (!begun.granted) throw new Error('not granted');
    const lease = { attemptId: work.attemptId, fence: begun.fence, workerId: 'worker-1' };
    expect(await harness.bus.request(renewLeaseRpc, { ...lease, progress: 0.5, step: 'half' })).toEqual({
      verdict: 'continue',
    });
    await harness.bus.request(renewLeaseRpc, { ...lease, progress: 0.2, step: 'back' });
    expect((await harness.job(user, jobId)).progress).toBeCloseTo(47.5);
  });
});

describe('money', () => {
  it('refuses what cannot be paid and leaves nothing behind', async () => {
    const user = await harness.user(9);
    const jobIds = [newId(), newId()];
    const refused = harness.bus.request(acceptJobsRpc, harness.request(user, { jobIds }));
    await expect(refused).rejects.toMatchObject({
      code: 'insufficient_credits',
      details: { needed_credits: 10, available_credits: 9 },
    });
    expect(await balance(user)).toMatchObject({ available: 9, held: 0 });
    const rows = await harness.database.sql
      .selectFrom('jobs.jobs')
      .select('job_id')
      .where('job_id', 'in', jobIds)
      .execute();
    expect(rows).toEqual([]);
  });

  it('gives twenty simultaneous calls under one key one job, and refuses the key for another body', async () => {
    const user = await harness.user(100);
    const idempotency = { route: '/generate', key: 'k1', bodyHash: 'h1' };
    const calls = Array.from({ length: 20 }, () =>
      harness.bus.request(acceptJobsRpc, harness.request(user, { idempotency })),
    );
    const answers = await Promise.all(calls);
    expect(new Set(answers.flatMap((answer) => answer.jobs.map((job) => job.jobId))).size).toBe(1);
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    expect(await balance(user)).toMatchObject({ available: 95, held: 5 });
    const other = harness.bus.request(
      acceptJobsRpc,
      harness.request(user, { idempotency: { ...idempotency, bodyHash: 'h2' } }),
    );
    await expect(other).rejects.toMatchObject({ code: 'conflict' });
  });

  it('has one effect for each report delivered ten times, late and out of order', async () => {
    const user = await harness.user(5);
    const { jobId, work, key, fence } = await harness.storing(user);
    const asset = harness.asset(user, work, key);
    for (let again = 0; again < 10; again += 1) {
      await stored(user, work, key, asset);
      await harness.succeed(work, fence);
      await fail(work, fence, false);
    }
    await until(user, jobId, 'completed');
    await waitFor(async () => (await harness.bus.streamState('ATTEMPTS')).messages === 0, {
      timeoutMs: 10_000,
      what: 'all reports to be read',
    });
    await waitFor(async () => (await harness.bus.streamState('RESULTS')).messages === 0, {
      timeoutMs: 10_000,
      what: 'all results to be read',
    });
    expect(await harness.job(user, jobId)).toMatchObject({ status: 'completed', creditsCaptured: 5 });
    expect(await balance(user)).toMatchObject({ available: 0, held: 0 });
    const deletes = await sql<{
      subject: string;
    }>`SELECT subject FROM jobs.outbox WHERE subject = 'media.delete' AND envelope->>'correlationId' = ${jobId}`.execute(
      harness.database.sql,
    );
    expect(deletes.rows).toEqual([]);
  });
});

describe('failure', () => {
  it('tries again as often as the model allows, then fails and gives the credits back', async () => {
    const user = await harness.user(5);
    const { jobId } = await harness.accept(user);
    for (let number = 1; number <= 3; number += 1) {
      await sql`UPDATE jobs.jobs SET not_before = now() WHERE job_id = ${jobId}`.execute(
        harness.database.sql,
      );
      const work = await harness.offered(jobId, number);
      const begun = await harness.begin(work);
      if (!begun.granted) throw new Error(`not granted: ${begun.reason}`);
      await fail(work, begun.fence, true);
      await waitFor(
        async () =>
          (await harness.attempts(jobId)).filter((row) => row.status === 'failed').length === number,
        {
          timeoutMs: 5_000,
          what: `attempt ${number} to fail`,
        },
      );
    }
    await until(user, jobId, 'failed');
    const job = await harness.job(user, jobId);
    expect(job).toMatchObject({
      creditsHeld: 0,
      creditsCaptured: 0,
      error: { code: 'provider_failed', message: 'it broke' },
    });
    expect(await balance(user)).toMatchObject({ available: 5, held: 0 });
  });

  it('does not try again what another try cannot mend', async () => {
    const user = await harness.user(5);
    const { jobId, work } = await harness.storing(user);
    await harness.ingestFailed(work, 'media_invalid', false);
    await until(user, jobId, 'failed');
    expect(await harness.attempts(jobId)).toHaveLength(1);
  });

  it('gives a lapsed lease to another worker and turns away the one that comes back', async () => {
    const user = await harness.user(5);
    const { jobId } = await harness.accept(user);
    const work = await harness.offered(jobId);
    expect(await harness.begin(work, 'first')).toMatchObject({ granted: true, fence: 1 });
    expect(await harness.begin(work, 'second')).toEqual({ granted: false, reason: 'leased' });
    await sql`UPDATE jobs.attempts SET due_at = now() WHERE job_id = ${jobId}`.execute(harness.database.sql);
    await harness.offered(jobId, 2);
    expect(await harness.begin(work, 'second')).toMatchObject({ granted: true, fence: 2 });
    const old = { attemptId: work.attemptId, fence: 1, workerId: 'first', progress: 0.9, step: '' };
    expect(await harness.bus.request(renewLeaseRpc, old)).toEqual({ verdict: 'lost' });
    await harness.succeed(work, 1);
    await waitFor(async () => (await deletedKeys(jobId)).includes(`attempts/${work.attemptId}/1.mp4`), {
      timeoutMs: 5_000,
      what: 'the object of the old worker to be removed',
    });
    expect((await harness.job(user, jobId)).status).toBe('processing');
    await harness.succeed(work, 2);
    await until(user, jobId, 'storing');
  });

  it('offers again what a broker forgot', async () => {
    const user = await harness.user(5);
    const { jobId } = await harness.accept(user);
    await harness.offered(jobId);
    await sql`UPDATE jobs.attempts SET due_at = now() WHERE job_id = ${jobId}`.execute(harness.database.sql);
    await harness.offered(jobId, 2);
    expect(await harness.attempts(jobId)).toHaveLength(1);
  });

  it('parks a report about an attempt that nobody knows', async () => {
    const work = { attemptId: newId(), jobId: newId(), provider: 'animatic', model: VIDEO.model };
    await fail(work, 1, true);
    await waitFor(async () => (await listDead(harness.bus, { limit: 10 })).length > 0, {
      timeoutMs: 10_000,
      what: 'the dead letter',
    });
  });
});

describe('cancel and delete', () => {
  it('ends at once what nobody has begun', async () => {
    const user = await harness.user(5);
    const { jobId } = await harness.accept(user);
    const work = await harness.offered(jobId);
    const { job } = await harness.bus.request(cancelJobRpc, { userId: user.userId, jobId });
    expect(job).toMatchObject({ status: 'cancelled', creditsHeld: 0 });
    expect(await harness.begin(work)).toEqual({ granted: false, reason: 'ended' });
    expect(await balance(user)).toMatchObject({ available: 5, held: 0 });
    await expect(harness.bus.request(cancelJobRpc, { userId: user.userId, jobId })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('asks the worker to stop, keeps the hold until it has, and never takes it back', async () => {
    const user = await harness.user(5);
    const { jobId } = await harness.accept(user);
    const work = await harness.offered(jobId);
    await harness.begin(work);
    const { job } = await harness.bus.request(cancelJobRpc, { userId: user.userId, jobId });
    expect(job).toMatchObject({ status: 'processing', conditions: ['cancelling'], creditsHeld: 5 });
    const lease = { attemptId: work.attemptId, fence: 1, workerId: 'worker-1', progress: 0.1, step: '' };
    expect(await harness.bus.request(renewLeaseRpc, lease)).toEqual({ verdict: 'cancel' });
    await harness.bus.publish(
      attemptCancelledV1,
      { attemptId: work.attemptId, fence: 1 },
      { subject: subjects.attempts('animatic'), correlationId: jobId },
    );
    await until(user, jobId, 'cancelled');
    expect(await balance(user)).toMatchObject({ available: 5, held: 0 });
  });

  it('charges nothing and removes the video where success and cancel cross', async () => {
    const user = await harness.user(5);
    const { jobId, work, key } = await harness.storing(user);
    await harness.bus.request(cancelJobRpc, { userId: user.userId, jobId });
    await stored(user, work, key);
    await until(user, jobId, 'cancelled');
    expect(await balance(user)).toMatchObject({ available: 5, held: 0 });
    await waitFor(async () => (await outboxed('media.delete', jobId)).length > 0, {
      timeoutMs: 5_000,
      what: 'the delete',
    });
  });

  it('hides a deleted job at once and removes its video', async () => {
    const user = await harness.user(5);
    const { jobId, work, key } = await harness.storing(user);
    await stored(user, work, key);
    await until(user, jobId, 'completed');
    await harness.bus.request(deleteJobRpc, { userId: user.userId, jobId });
    await expect(harness.job(user, jobId)).rejects.toThrow('not there');
    await expect(harness.bus.request(deleteJobRpc, { userId: user.userId, jobId })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await outboxed('media.delete', jobId)).toHaveLength(1);
  });

  it("is blind to another user's job", async () => {
    const [owner, stranger] = [await harness.user(5), await harness.user(5)];
    const { jobId } = await harness.accept(owner);
    await expect(harness.job(stranger, jobId)).rejects.toThrow('not there');
    const refused = harness.bus.request(cancelJobRpc, { userId: stranger.userId, jobId });
    await expect(refused).rejects.toMatchObject({ code: 'not_found' } satisfies Partial<AppError>);
    await expect(harness.bus.request(deleteJobRpc, { userId: stranger.userId, jobId })).rejects.toMatchObject(
      { code: 'not_found' },
    );
  });
});

describe('fairness and lists', () => {
  it('starts at most three of one user and lets another user pass the backlog', async () => {
    const [many, one] = [await harness.user(200), await harness.user(5)];
    for (let count = 0; count < 6; count += 1) await harness.accept(many);
    const { jobId } = await harness.accept(one);
    await harness.offered(jobId);
    const mine = await sql<{ count: number }>`
      SELECT count(*)::int AS count FROM jobs.attempts JOIN jobs.jobs USING (job_id)
      WHERE jobs.jobs.owner_user_id = ${many.userId} AND jobs.attempts.finished_at IS NULL`.execute(
      harness.database.sql,
    );
    expect(mine.rows[0]?.count).toBe(3);
  });

  it.each(['newest', 'oldest'] as const)('pages through everything once, the %s first', async (order) => {
    const user = await harness.user(100);
    const made: string[] = [];
    for (let count = 0; count < 7; count += 1) made.push((await harness.accept(user)).jobId);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await harness.bus.request(listJobsRpc, {
        userId: user.userId,
        limit: 3,
        order,
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...page.jobs.map((job) => job.jobId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(order === 'oldest' ? made : made.reverse());
  });
});

it('cannot be moved illegally, even past the program', async () => {
  const user = await harness.user(5);
  const { jobId } = await harness.accept(user);
  const move = sql`UPDATE jobs.jobs SET status = 'storing' WHERE job_id = ${jobId}`.execute(
    harness.database.sql,
  );
  await expect(move).rejects.toThrow('illegal move of jobs from queued to storing');
});

async function outboxed(subject: string, jobId: string): Promise<{ payload: { objectKeys: string[] } }[]> {
  const { rows } = await sql<{ payload: { objectKeys: string[] } }>`
    SELECT envelope->'payload' AS payload FROM jobs.outbox
    WHERE subject = ${subject} AND envelope->>'correlationId' = ${jobId}`.execute(harness.database.sql);
  return rows;
}

async function deletedKeys(jobId: string): Promise<string[]> {
  return (await outboxed('media.delete', jobId)).flatMap((row) => row.payload.objectKeys);
}
