import { sql } from 'kysely';
import { mediaIngestV1 } from '@shotloom/contracts';
import { checkInvariants, getBalance } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import { repairTimers } from '../src/sweeps/repair-timers';
import type { User } from './harness';
import { errorRecord, KLING, PRICE, running, succeeded, VendorHarness } from './vendor-harness';

jest.setTimeout(60_000);

let harness: VendorHarness;
beforeAll(async () => {
  harness = await VendorHarness.start();
});
afterAll(async () => {
  expect(await checkInvariants(harness.core.database.sql)).toEqual([]);
  await harness.stop();
});

const balance = (user: User) => getBalance(harness.core.database.sql, user.accountId);
const job = (user: User, jobId: string) => harness.core.job(user, jobId);
const until = (user: User, jobId: string, status: string) => harness.core.until(user, jobId, status);
const eventsOf = (jobId: string) => harness.core.events.filter((event) => event.jobId === jobId);

describe('the straight way', () => {
  it('sends, waits in a row, fetches, and charges once', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, work } = await harness.atVendor(user);
    expect(await job(user, jobId)).toMatchObject({ status: 'submitted', creditsHeld: PRICE });
    await harness.seen(work, running());
    await until(user, jobId, 'processing');
    await harness.seen(work, succeeded());
    await until(user, jobId, 'storing');
    await harness.stored(user, work);
    await until(user, jobId, 'completed');
    expect(await balance(user)).toMatchObject({ available: 0, held: 0 });
    await waitFor(() => eventsOf(jobId).at(-1)?.status === 'completed', { what: 'the last event' });
    expect(eventsOf(jobId).map((event) => event.status)).toEqual([
      'queued',
      'submitted',
      'processing',
      'storing',
      'completed',
    ]);
    const progress = eventsOf(jobId).map((event) => event.progress);
    expect(progress).toEqual(progress.toSorted((one, other) => one - other));
    expect(await harness.log(jobId)).toContainEqual(expect.stringContaining(`v-${work.attemptId}`));
  });

  it('asks the vendor by itself, with a number that grows', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, work } = await harness.atVendor(user);
    const mine = () => harness.polls.filter((poll) => poll.attemptId === work.attemptId);
    const askNow = sql`UPDATE jobs.timers SET next_poll_at = now() WHERE attempt_id = ${work.attemptId}`;
    await askNow.execute(harness.core.database.sql);
    await waitFor(() => mine().length === 1, { what: 'the first poll' });
    await askNow.execute(harness.core.database.sql);
    await waitFor(() => mine().length === 2, { what: 'the second poll' });
    expect(mine().map((poll) => poll.pollNo)).toEqual([1, 2]);
    expect(mine()[0]).toMatchObject({ verb: 'poll', vendorTaskId: `v-${work.attemptId}` });
    expect((await job(user, jobId)).status).toBe('submitted');
  });

  it('grants the fence once, however many workers ask', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId } = await harness.accept(user);
    const work = await harness.core.offered(jobId);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_none, index) => harness.begin(work, `w${index}`)),
    );
    expect(answers.filter(({ granted }) => granted)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.granted && answer.reason === 'begun')).toHaveLength(9);
    const [granted] = answers.filter((answer) => answer.granted);
    expect(granted).toMatchObject({
      callbackUrl: expect.stringContaining(
        `https://video.example/webhooks/kling?attempt=${work.attemptId}`,
      ) as string,
      credential: { version: 1 },
    });
  });

  it('believes a callback that is faster than the answer to the submit', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId } = await harness.accept(user);
    const work = await harness.core.offered(jobId);
    const fence = await harness.begun(work);
    await harness.seen(work, succeeded());
    await until(user, jobId, 'storing');
    await harness.submitted(work, fence);
    await harness.stored(user, work);
    await until(user, jobId, 'completed');
    expect((await harness.core.attempts(jobId)).length).toBe(1);
  });

  it('has one effect of each report, ten times over and in any order', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, work, fence } = await harness.atVendor(user);
    const reports = [
      () => harness.submitted(work, fence),
      () => harness.seen(work, running(0.5)),
      () => harness.seen(work, succeeded()),
      () => harness.uncertain(work, fence),
      () => harness.refused(work, fence, errorRecord()),
    ];
    await Promise.all(
      Array.from({ length: 50 }, async (_none, index) => reports[index % reports.length]?.()),
    );
    await until(user, jobId, 'storing');
    await Promise.all(Array.from({ length: 10 }, () => harness.stored(user, work)));
    await until(user, jobId, 'completed');
    expect(await balance(user)).toMatchObject({ available: 0, held: 0 });
    await waitFor(() => eventsOf(jobId).some((event) => event.status === 'completed'), { what: 'the end' });
    expect(eventsOf(jobId).filter((event) => event.status === 'completed')).toHaveLength(1);
  });
});

describe('a lost answer', () => {
  it('keeps the hold, is looked up, and goes on where the vendor has the task', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId } = await harness.accept(user);
    const work = await harness.core.offered(jobId);
    await harness.uncertain(work, await harness.begun(work));
    await harness.attemptIs(jobId, 'uncertain');
    expect(await job(user, jobId)).toMatchObject({
      status: 'submitted',
      conditions: ['uncertain'],
      creditsHeld: PRICE,
    });
    await sql`UPDATE jobs.timers SET next_poll_at = now() WHERE attempt_id = ${work.attemptId}`.execute(
      harness.core.database.sql,
    );
    await waitFor(
      () => harness.polls.some((poll) => poll.attemptId === work.attemptId && poll.verb === 'lookup'),
      { what: 'the lookup' },
    );
    await harness.seen(work, running(), 1);
    await harness.attemptIs(jobId, 'running');
    expect(await job(user, jobId)).toMatchObject({ status: 'processing', conditions: [] });
    expect(harness.core.work.filter((offer) => offer.jobId === jobId)).toHaveLength(1);
  });

  it('is sent again, under a new fence, only after the vendor has denied the task several times', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId } = await harness.accept(user);
    const work = await harness.core.offered(jobId);
    await harness.uncertain(work, await harness.begun(work));
    await harness.attemptIs(jobId, 'uncertain');
    await harness.quiet(work);
    for (const pollNo of [1, 2, 3]) {
      await harness.seen(work, { kind: 'notFound' }, pollNo);
      await waitFor(async () => (await misses(work.attemptId)) === pollNo, { what: 'the miss' });
    }
    expect((await harness.lastAttempt(jobId))?.status).toBe('uncertain');
    await harness.seen(work, { kind: 'notFound' }, 4);
    await harness.core.offered(jobId, 2);
    expect(await harness.begin(work)).toMatchObject({ granted: true, fence: 2 });
    expect(await harness.core.attempts(jobId)).toHaveLength(1);
  });

  it('is what a worker leaves that falls silent after the fence', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId } = await harness.accept(user);
    const work = await harness.core.offered(jobId);
    await harness.begun(work);
    await harness.makeDue(jobId);
    await harness.attemptIs(jobId, 'uncertain');
    expect(await harness.begin(work)).toEqual({ granted: false, reason: 'begun' });
  });
});

async function misses(attemptId: string): Promise<number> {
  const row = await harness.core.database.sql
    .selectFrom('jobs.timers')
    .select('misses')
    .where('attempt_id', '=', attemptId)
    .executeTakeFirst();
  return row?.misses ?? 0;
}

describe('refusals, retries and fallback', () => {
  it('sends the same attempt again when the vendor is too busy', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId } = await harness.accept(user);
    const work = await harness.core.offered(jobId);
    const busy = errorRecord({ code: 'provider_rate_limited', retryable: true, retryAfterMs: 100 });
    await harness.refused(work, await harness.begun(work), busy);
    await harness.core.offered(jobId, 2);
    await harness.begun(work);
    expect(await harness.core.attempts(jobId)).toHaveLength(1);
  });

  it('falls back to the next model after an asynchronous failure, inside one hold, and charges what delivered', async () => {
    const user = await harness.core.user(40);
    const other = { ...KLING, model: 'kling:kling-2.5-turbo' };
    const fallback = [{ request: other, price: { credits: 21, version: 'v' } }];
    const { jobId, work } = await harness.atVendor(user, { fallback });
    expect(await job(user, jobId)).toMatchObject({ fallback: [other.model], creditsHeld: PRICE });
    const error = errorRecord({ code: 'content_rejected' });
    await harness.seen(work, { kind: 'failed', error, cost: null });
    const second = await harness.core.offered(jobId, 2);
    expect(second.attemptId).not.toBe(work.attemptId);
    expect(await job(user, jobId)).toMatchObject({ model: other.model, creditsHeld: PRICE, fallback: [] });
    await harness.submitted(second, await harness.begun(second));
    await harness.attemptIs(jobId, 'submitted');
    await harness.seen(second, succeeded('b'));
    await until(user, jobId, 'storing');
    await harness.stored(user, second);
    await until(user, jobId, 'completed');
    expect(await job(user, jobId)).toMatchObject({ creditsCaptured: 21 });
    expect((await job(user, jobId)).notes.join()).toContain('used instead');
    expect(await balance(user)).toMatchObject({ available: 19, held: 0 });
  });

  it('fails and releases where nothing else is left', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, work } = await harness.atVendor(user);
    await harness.seen(work, {
      kind: 'failed',
      error: errorRecord({ code: 'content_rejected' }),
      cost: null,
    });
    await until(user, jobId, 'failed');
    expect(await job(user, jobId)).toMatchObject({ error: { code: 'content_rejected' }, creditsCaptured: 0 });
    expect(await balance(user)).toMatchObject({ available: PRICE, held: 0 });
  });
});

describe('answers that tell nothing', () => {
  it.each([
    ['an unknown word', { kind: 'unknownStatus', word: 'pondering' } as const],
    ['an unreadable answer', { kind: 'unreadable', error: errorRecord() } as const],
    ['a 404', { kind: 'notFound' } as const],
    ['a 5xx', { kind: 'unavailable', error: errorRecord({ code: 'provider_unavailable' }) } as const],
  ])('%s neither ends an attempt nor is taken for anything', async (_what, outcome) => {
    const user = await harness.core.user(PRICE);
    const { jobId, work } = await harness.atVendor(user);
    await harness.quiet(work);
    // As many as deny a lookup, and fewer than open the key's breaker, which the tests after this one share.
    for (const pollNo of [1, 2, 3, 4]) {
      await harness.seen(work, outcome, pollNo);
      await waitFor(async () => (await misses(work.attemptId)) === pollNo, { what: 'the miss' });
    }
    expect(await job(user, jobId)).toMatchObject({ status: 'submitted', error: null });
    expect((await harness.log(jobId)).filter((line) => line.includes('again'))).toHaveLength(1);
    await harness.seen(work, succeeded(), 5);
    await until(user, jobId, 'storing');
  });
});

describe('time', () => {
  it('becomes slow, then overdue with its hold, and still counts in full when the video comes', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, work } = await harness.atVendor(user);
    await harness.makeDue(jobId);
    await waitFor(async () => (await job(user, jobId)).conditions.includes('slow'), { what: 'slow' });
    await harness.makeDue(jobId, 'deadline_at');
    await waitFor(async () => (await job(user, jobId)).conditions.includes('overdue'), { what: 'overdue' });
    expect(await job(user, jobId)).toMatchObject({ creditsHeld: PRICE, conditions: ['overdue'] });
    await harness.seen(work, succeeded());
    await until(user, jobId, 'storing');
    await harness.stored(user, work);
    await until(user, jobId, 'completed');
    expect(await balance(user)).toMatchObject({ available: 0, held: 0 });
  });

  it('fails and releases at the hard limit after a last look, and gives a late video for nothing', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, work } = await harness.atVendor(user);
    await harness.makeDue(jobId, 'deadline_at', 'hard_limit_at');
    await waitFor(() => harness.polls.some((poll) => poll.attemptId === work.attemptId), {
      what: 'the last look',
    });
    expect((await job(user, jobId)).status).toBe('submitted');
    await harness.makeDue(jobId);
    await until(user, jobId, 'failed');
    expect(await balance(user)).toMatchObject({ available: PRICE, held: 0 });
    await harness.seen(work, succeeded());
    await waitFor(async () => (await harness.lastAttempt(jobId))?.result !== null, {
      what: 'the late fetch',
    });
    const asked = harness.polls.length;
    await harness.ingestFailed(work, errorRecord({ code: 'ingest_failed', retryable: true }));
    await waitFor(async () => (await harness.lastAttempt(jobId))?.result === null, {
      what: 'a fresh link to be wanted',
    });
    await sql`UPDATE jobs.timers SET next_poll_at = now() WHERE attempt_id = ${work.attemptId}`.execute(
      harness.core.database.sql,
    );
    await waitFor(() => harness.polls.slice(asked).some((poll) => poll.attemptId === work.attemptId), {
      what: 'the vendor to be asked for the late video again',
    });
    await harness.seen(work, succeeded('fresh'));
    await waitFor(async () => (await harness.lastAttempt(jobId))?.result !== null, {
      what: 'the second fetch',
    });
    await harness.stored(user, work);
    await waitFor(async () => (await job(user, jobId)).lateAssetId !== null, { what: 'the late asset' });
    expect(await job(user, jobId)).toMatchObject({ status: 'failed', creditsCaptured: 0 });
    expect(await balance(user)).toMatchObject({ available: PRICE, held: 0 });
  });
});

it('says where a waiting job stands, and nothing of that once it is being made', async () => {
  const user = await harness.core.user(6 * PRICE);
  const ids: string[] = [];
  for (let count = 0; count < 6; count += 1) ids.push((await harness.accept(user)).jobId);
  // Three of one user may be under way at a time.
  for (const jobId of ids.slice(0, 3)) await harness.core.offered(jobId);
  const places = await Promise.all(ids.slice(3).map(async (jobId) => (await job(user, jobId)).queue));
  expect(places.every((place) => place !== null && (place.etaSeconds ?? 0) > 0)).toBe(true);
  const positions = places.map((place) => place?.position ?? -1);
  expect(positions[0]).toBe(0);
  expect(positions).toEqual(positions.toSorted((one, other) => one - other));
  expect(new Set(positions).size).toBe(3);
  const first = await harness.core.offered(ids[0] ?? '');
  await harness.submitted(first, await harness.begun(first));
  await harness.attemptIs(first.jobId, 'submitted');
  expect((await job(user, first.jobId)).queue).toBeNull();
});

it('gives an attempt that waits for nobody its question back', async () => {
  const user = await harness.core.user(PRICE);
  const { work } = await harness.atVendor(user);
  await sql`DELETE FROM jobs.timers WHERE attempt_id = ${work.attemptId}`.execute(harness.core.database.sql);
  expect(await repairTimers(harness.core.database)).toBeGreaterThan(0);
  await waitFor(() => harness.polls.some((poll) => poll.attemptId === work.attemptId), { what: 'the poll' });
});

describe('a retry by the user', () => {
  it('is another job with its own hold, whatever still comes for the first', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, work } = await harness.atVendor(user);
    await expect(harness.accept(user, { retryOf: jobId })).rejects.toMatchObject({ code: 'conflict' });
    await harness.makeDue(jobId, 'deadline_at', 'hard_limit_at');
    await waitFor(async () => (await harness.lastAttempt(jobId))?.last_look === true, {
      what: 'the last look',
    });
    await harness.makeDue(jobId);
    await until(user, jobId, 'failed');
    const [retry] = await Promise.all([
      harness.accept(user, { retryOf: jobId }),
      harness.seen(work, succeeded()),
    ]);
    await waitFor(async () => (await harness.lastAttempt(jobId))?.result !== null, {
      what: 'the late fetch',
    });
    await harness.stored(user, work);
    await waitFor(async () => (await job(user, jobId)).lateAssetId !== null, { what: 'the late asset' });
    expect(await job(user, jobId)).toMatchObject({ status: 'failed', creditsCaptured: 0 });
    expect(await job(user, retry.jobId)).toMatchObject({
      retryOf: jobId,
      creditsHeld: PRICE,
      lateAssetId: null,
    });
    expect(await balance(user)).toMatchObject({ available: 0, held: PRICE });
  });
});

describe('a link that has ended', () => {
  it('asks the vendor for a fresh one and never makes the video again', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, work } = await harness.atVendor(user);
    await harness.seen(work, succeeded('old'));
    await until(user, jobId, 'storing');
    const ended = { code: 'ingest_failed' as const, retryable: true, details: { reason: 'link_expired' } };
    await harness.ingestFailed(work, errorRecord(ended));
    await waitFor(() => harness.polls.some((poll) => poll.attemptId === work.attemptId), {
      what: 'the question',
    });
    await harness.seen(work, succeeded('fresh'), 9);
    await waitFor(
      async () => {
        const result = (await harness.lastAttempt(jobId))?.result;
        return result?.kind === 'url' && result.url.includes('fresh');
      },
      { what: 'the fresh link' },
    );
    await harness.stored(user, work);
    await until(user, jobId, 'completed');
    expect(harness.core.work.filter((offer) => offer.jobId === jobId)).toHaveLength(1);
    const ingests = await sql<{ count: number }>`SELECT count(*)::int AS count FROM jobs.outbox
      WHERE envelope ->> 'type' = ${mediaIngestV1.type} AND envelope -> 'payload' ->> 'jobId' = ${jobId}`.execute(
      harness.core.database.sql,
    );
    expect(ingests.rows[0]?.count).toBe(2);
  });
});
