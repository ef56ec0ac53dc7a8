import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { cancelJobRpc, deleteJobRpc, jobChangedV1, jobLogRpc, subjects } from '@shotloom/contracts';
import { release } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import { logJob } from '../src/log/log-entry';
import { checkAll, type CheckReport } from '../src/ops/invariants/check-all';
import { Harness } from './harness';
import { audit, completed, failed, published, wrong } from './ops-harness';

jest.setTimeout(60_000);

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(() => harness.stop());

const run = (query: ReturnType<typeof sql>): Promise<unknown> => query.execute(harness.database.sql);
const check = (): Promise<CheckReport> => checkAll(harness, { keepPerRule: 2 });
const rulesOf = (report: CheckReport): string[] => Object.keys(report.found).toSorted();

/** As a superuser with a tool would: past every trigger that protects rows. */
async function byForce(statement: ReturnType<typeof sql>): Promise<void> {
  await harness.database.run(async (tx) => {
    await sql`SET LOCAL session_replication_role = replica`.execute(tx.sql);
    await statement.execute(tx.sql);
  });
}

describe('the audit of a job that is well', () => {
  it('proves a completed, a failed and a cancelled one, and tells their stories', async () => {
    const user = await harness.user(20);
    const done = await audit(harness, await completed(harness, user));
    expect(wrong(done)).toEqual([]);
    expect(done).toMatchObject({ ok: true, hold: { state: 'captured', amount: 5, captured: 5 } });
    expect(done.hold?.movements.map(({ kind }) => kind)).toEqual(['hold', 'capture']);
    expect(done.events.seen.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    expect(done.attempts).toMatchObject([{ number: 1, status: 'stored', fence: 1, workerId: 'worker-1' }]);
    const story = done.story.join('\n');
    for (const part of [
      'Accepted for 5 credits',
      'begun first',
      'The job ended: completed',
      '5 credits were taken',
    ])
      expect(story).toContain(part);

    const broke = await audit(harness, await failed(harness, user));
    expect(wrong(broke)).toEqual([]);
    expect(broke.hold).toMatchObject({ state: 'released', resolution: { captured: 0, returned: 5 } });
    expect(broke.story.join('\n')).toContain('provider_failed: it broke');

    const { jobId } = await harness.accept(user);
    await harness.bus.request(cancelJobRpc, { userId: user.userId, jobId });
    expect(wrong(await audit(harness, jobId))).toEqual([]);
    expect(await check()).toMatchObject({ ok: true, jobs: 3, violations: [] });
  });

  it('finds nothing wrong with one that waits or is being made', async () => {
    const user = await harness.user(10);
    const { jobId } = await harness.accept(user);
    await harness.begin(await harness.offered(jobId));
    const report = await audit(harness, jobId);
    expect(wrong(report)).toEqual([]);
    expect(report.hold).toMatchObject({ state: 'open', amount: 5, resolution: null });
    expect(await check()).toMatchObject({ ok: true });
  });
});

describe('the audit of a job that is broken', () => {
  it('sees a hold whose end is gone', async () => {
    const jobId = await completed(harness, await harness.user(5));
    await byForce(sql`DELETE FROM ledger.resolutions WHERE hold_id = ${jobId}`);
    const report = await audit(harness, jobId);
    expect(wrong(report)).toEqual(['one-end failed']);
    expect(report).toMatchObject({ ok: false });
    expect(rulesOf(await check())).toEqual(['job-money', 'ledger']);
  });

  it('sees an open job whose credits were given back behind its back', async () => {
    const { jobId } = await harness.accept(await harness.user(5));
    await release(harness.database.sql, { holdId: jobId });
    expect(wrong(await audit(harness, jobId))).toEqual(['hold-open failed']);
    const report = await check();
    expect(rulesOf(report)).toEqual(['job-money']);
    expect(report.violations[0]).toMatchObject({ jobId, todo: expect.stringContaining('audit') as string });
  });

  it('sees a price that is not the one of the attempt that delivered', async () => {
    const jobId = await completed(harness, await harness.user(5));
    await run(sql`UPDATE jobs.attempts SET price_credits = 3 WHERE job_id = ${jobId}`);
    expect(wrong(await audit(harness, jobId))).toEqual(['price failed']);
    expect(rulesOf(await check())).toEqual(['job-price']);
  });

  it('sees a second end in the stream, and an event that was never told', async () => {
    const user = await harness.user(10);
    const jobId = await completed(harness, user);
    await published(harness, jobId);
    const { variant: _, ...state } = await harness.job(user, jobId);
    const forged = { state: { ...state, version: state.version + 1, status: 'failed' as const } };
    const options = { subject: subjects.jobs(user.userId), correlationId: jobId };
    await harness.bus.publish(jobChangedV1, forged, options);
    const report = await audit(harness, jobId);
    expect(wrong(report)).toEqual(['event-end failed']);
    expect(report.checks.find(({ id }) => id === 'event-end')?.text).toContain('told 2 times');

    const { jobId: other } = await harness.accept(user);
    await published(harness, other);
    await run(sql`UPDATE jobs.jobs SET version = 9 WHERE job_id = ${other}`);
    expect(wrong(await audit(harness, other))).toEqual(['event-missing failed']);
  });

  it('sees an event that came after a later one', async () => {
    const user = await harness.user(5);
    const { jobId } = await harness.accept(user);
    await harness.begin(await harness.offered(jobId));
    await published(harness, jobId);
    const { variant: _, ...state } = await harness.job(user, jobId);
    const options = { subject: subjects.jobs(user.userId), correlationId: jobId };
    await harness.bus.publish(jobChangedV1, { state }, options);
    expect(wrong(await audit(harness, jobId))).toEqual(['event-order failed']);
  });

  it('sees an attempt under way of a job that has ended', async () => {
    const user = await harness.user(10);
    const { jobId } = await harness.accept(user);
    await harness.begin(await harness.offered(jobId));
    await byForce(sql`UPDATE jobs.jobs SET status = 'cancelled', finished_at = now(), credits_held = 0,
      active_attempt_id = NULL WHERE job_id = ${jobId}`);
    await release(harness.database.sql, { holdId: jobId });
    expect(wrong(await audit(harness, jobId))).toContain('one-active failed');
    expect(rulesOf(await check())).toEqual(['attempt-of-ended-job']);
  });

  it('sees what waits at a vendor without anybody asking, and timers that are left behind', async () => {
    const user = await harness.user(10);
    const { jobId } = await harness.accept(user);
    await harness.begin(await harness.offered(jobId));
    await run(sql`UPDATE jobs.attempts SET kind = 'poll', provider = 'kling' WHERE job_id = ${jobId}`);
    expect(wrong(await audit(harness, jobId))).toEqual(['timers failed']);
    expect(rulesOf(await check())).toEqual(['vendor-wait-without-timer']);

    const ended = await completed(harness, user);
    await run(sql`DELETE FROM jobs.attempts WHERE job_id = ${jobId}`);
    await run(sql`UPDATE jobs.jobs SET active_attempt_id = NULL, not_before = now() + interval '1 hour'
      WHERE job_id = ${jobId}`);
    const timer = (late: string): ReturnType<typeof sql> => sql`
      INSERT INTO jobs.timers (attempt_id, provider, credential_id, credential_version, next_poll_at)
      SELECT attempt_id, 'kling', gen_random_uuid(), 1, now() - ${late}::interval FROM jobs.attempts
      WHERE job_id = ${ended} ON CONFLICT (attempt_id) DO UPDATE SET next_poll_at = excluded.next_poll_at`;
    await run(timer('1 second'));
    expect(wrong(await audit(harness, ended))).toEqual([]);
    await run(timer('1 hour'));
    expect(wrong(await audit(harness, ended))).toEqual(['timers failed']);
    expect(rulesOf(await check())).toEqual(['timer-of-ended-attempt']);
  });

  it('sees messages that are not on the bus', async () => {
    const { jobId } = await harness.accept(await harness.user(5));
    await published(harness, jobId);
    await run(sql`UPDATE jobs.outbox SET dead_at = now(), dead_reason = 'too large', published_at = NULL
      WHERE envelope->>'correlationId' = ${jobId} AND subject LIKE 'jobs.%'`);
    const report = await audit(harness, jobId);
    expect(wrong(report)).toEqual(['published failed']);
    expect(report.outbox.dead).toMatchObject([{ type: 'job.changed.v1', reason: 'too large' }]);
    expect((await check()).stuck).toMatchObject({ deadOutbox: 1 });
  });
});

it('counts what is broken a thousand times and lists a few', async () => {
  const user = await harness.user(100);
  await Promise.all(Array.from({ length: 5 }, () => harness.accept(user)));
  await byForce(sql`UPDATE jobs.jobs SET credits_held = 4`);
  const report = await check();
  expect(report.found).toEqual({ 'job-money': 5 });
  expect(report.violations).toHaveLength(2);
});

describe('the log of a job', () => {
  it('comes in pages, for its owner only, and not once it is deleted', async () => {
    const [owner, stranger] = [await harness.user(5), await harness.user(5)];
    const { jobId } = await harness.accept(owner);
    const before = await harness.bus.request(jobLogRpc, {
      userId: owner.userId,
      jobId,
      after: 0,
      limit: 500,
    });
    const already = before.entries?.length ?? 0;
    await harness.database.run(async (tx) => {
      for (const text of ['one', 'two', 'three']) logJob(tx, jobId, { level: 'INFO', text });
    });
    const ask = (userId: string, after: number, limit: number) =>
      harness.bus.request(jobLogRpc, { userId, jobId, after, limit });
    const first = await ask(owner.userId, 0, already + 2);
    expect(first.entries?.slice(already).map(({ text }) => text)).toEqual(['one', 'two']);
    expect(first.next).toBe(first.entries?.at(-1)?.seq);
    const second = await ask(owner.userId, first.next ?? 0, 2);
    expect(second).toMatchObject({ entries: [{ text: 'three', level: 'INFO', jobId }], next: null });

    expect(await ask(stranger.userId, 0, 10)).toEqual({ entries: null, next: null });
    const unknown = { userId: owner.userId, jobId: newId(), after: 0, limit: 10 };
    expect(await harness.bus.request(jobLogRpc, unknown)).toEqual({ entries: null, next: null });
    await harness.bus.request(deleteJobRpc, { userId: owner.userId, jobId });
    await waitFor(async () => (await ask(owner.userId, 0, 10)).entries === null, {
      what: 'the log to be gone',
    });
  });
});
