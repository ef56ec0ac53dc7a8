import { sql } from 'kysely';
import { beginSubmitRpc, mediaDeleteV1, providerSpec } from '@shotloom/contracts';
import { checkInvariants, getBalance } from '@shotloom/ledger';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { claimPolls } from '../src/planner/claim-polls';
import type { User, Work } from './harness';
import { errorRecord, KLING, PRICE, running, succeeded, VendorHarness, type Lost } from './vendor-harness';

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
const offersOf = (jobId: string) => harness.core.work.filter((offer) => offer.jobId === jobId).length;

async function misses(attemptId: string): Promise<number | undefined> {
  const row = await harness.core.database.sql
    .selectFrom('jobs.timers')
    .select('misses')
    .where('attempt_id', '=', attemptId)
    .executeTakeFirst();
  return row?.misses;
}

const missed = (work: Work, count: number) =>
  waitFor(async () => (await misses(work.attemptId)) === count, { what: `${count} misses` });

const lost = (): Promise<Lost> => harness.lost();

/** The same, and the vendor, whose list lags behind, has denied the task: it is offered again. */
async function denied(): Promise<Lost> {
  const known = await lost();
  await harness.quiet(known.work);
  for (const pollNo of [1, 2, 3]) {
    await harness.seen(known.work, { kind: 'notFound' }, pollNo);
    await missed(known.work, pollNo);
  }
  await harness.seen(known.work, { kind: 'notFound' }, 4);
  await harness.core.offered(known.jobId, 2);
  return known;
}

describe('a task that was denied and is there after all', () => {
  it('is not bought again where the report of the submit comes late', async () => {
    const { user, jobId, work, fence } = await denied();
    await harness.submitted(work, fence, 'v-late');
    await waitFor(async () => (await harness.lastAttempt(jobId))?.vendor_task_id === 'v-late', {
      what: 'the late report',
    });
    expect(await harness.begin(work)).toEqual({ granted: false, reason: 'begun' });
    await harness.attemptIs(jobId, 'submitted');
    await harness.seen(work, succeeded());
    await until(user, jobId, 'storing');
  });

  it('is not bought again where a callback says that it runs', async () => {
    const { jobId, work } = await denied();
    await harness.seen(work, running());
    await harness.attemptIs(jobId, 'running');
    expect(await harness.begin(work)).toEqual({ granted: false, reason: 'begun' });
  });

  it('is told of where it was bought again before its report came', async () => {
    const { jobId, work, fence } = await denied();
    const second = await harness.begun(work);
    await harness.submitted(work, fence, 'v-first');
    await harness.submitted(work, second, 'v-second');
    await harness.attemptIs(jobId, 'submitted');
    await waitFor(async () => (await harness.log(jobId)).some((line) => line.includes('attempt: v-first')), {
      what: 'the warning',
    });
    expect(await harness.lastAttempt(jobId)).toMatchObject({ vendor_task_id: 'v-second' });
  });
});

it('is not ended by the failure of the task that was denied, where it was bought again', async () => {
  const { user, jobId, work } = await denied();
  await harness.submitted(work, await harness.begun(work), 'v-bought-again');
  await harness.attemptIs(jobId, 'submitted');
  const error = errorRecord({ code: 'provider_failed', retryable: true });
  await harness.seen(work, { kind: 'failed', error, cost: null });
  await waitFor(async () => (await harness.log(jobId)).some((line) => line.includes('has a second task')), {
    what: 'the warning',
  });
  expect(await harness.lastAttempt(jobId)).toMatchObject({ status: 'submitted', number: 1 });
  await harness.seen(work, succeeded());
  await until(user, jobId, 'storing');
});

describe('a lookup', () => {
  it('that could not be made denies nothing', async () => {
    const { jobId, work } = await lost();
    const away = { kind: 'unavailable', error: errorRecord({ code: 'provider_unavailable' }) } as const;
    await harness.quiet(work);
    for (const pollNo of [1, 2, 3]) {
      await harness.seen(work, away, pollNo);
      await missed(work, pollNo);
    }
    await harness.seen(work, { kind: 'notFound' }, 4);
    await missed(work, 4);
    expect((await harness.lastAttempt(jobId))?.status).toBe('uncertain');
    expect(offersOf(jobId)).toBe(1);
  });

  it('counts once, however often its answer is delivered', async () => {
    const { jobId, work } = await lost();
    for (let times = 0; times < 5; times += 1) await harness.seen(work, { kind: 'notFound' }, 1);
    await missed(work, 1);
    await harness.seen(work, { kind: 'notFound' }, 5);
    await missed(work, 2);
    expect((await harness.lastAttempt(jobId))?.status).toBe('uncertain');
    expect(offersOf(jobId)).toBe(1);
  });
});

it('asks about a video under a user’s own key no sooner than they want', async () => {
  const provider = { ...providerSpec('kling'), id: 'elsewhere' };
  const [mine, others] = await Promise.all(
    [0, 1].map(async () => harness.atVendor(await harness.core.user(PRICE))),
  );
  const ids = [mine?.work.attemptId, others?.work.attemptId];
  const own = newId();
  const run = harness.core.database.sql;
  await sql`UPDATE jobs.timers SET provider = ${provider.id}, next_poll_at = now() WHERE attempt_id = ANY (${ids}::uuid[])`.execute(
    run,
  );
  await sql`UPDATE jobs.timers SET credential_id = ${own} WHERE attempt_id = ${ids[0]}`.execute(run);
  await harness.core.database.run((tx) =>
    claimPolls(tx, {
      provider,
      limit: 10,
      models: { timesOf: () => ({ p50: 0, p95: 1_000 }) },
      takeCalls: async (_tx, calls) => calls,
      random: () => 0,
      wantedSeconds: (id) => (id === own ? 300 : undefined),
    }),
  );
  const { rows } = await sql<{ id: string; wait: number }>`
    SELECT attempt_id AS id, extract(epoch FROM next_poll_at - now())::float AS wait FROM jobs.timers
    WHERE attempt_id = ANY (${ids}::uuid[])`.execute(run);
  const waits = ids.map((id) => rows.find((row) => row.id === id)?.wait ?? 0);
  expect(waits[0]).toBeGreaterThan(250);
  expect(waits[1]).toBeLessThan(60);
});

describe('lookups', () => {
  it('take a call each out of the budget of their key, beside polls that share one', async () => {
    const provider = { ...providerSpec('kling'), id: 'elsewhere' };
    const atVendor = async () => harness.atVendor(await harness.core.user(PRICE));
    const waiting = await Promise.all([lost(), lost(), lost(), atVendor(), atVendor(), atVendor()]);
    const ids = waiting.map(({ work }) => work.attemptId);
    // Where no planner looks but this one.
    await sql`UPDATE jobs.timers SET provider = ${provider.id}, next_poll_at = now() - make_interval(secs => position)
      FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS mine (id, position) WHERE attempt_id = mine.id`.execute(
      harness.core.database.sql,
    );
    const wanted: number[] = [];
    const claimed = await harness.core.database.run((tx) =>
      claimPolls(tx, {
        provider,
        limit: 10,
        models: { timesOf: () => ({ p50: 60, p95: 120 }) },
        takeCalls: async (_tx, calls) => {
          wanted.push(...calls.values());
          return new Map([...calls.keys()].map((id) => [id, 3]));
        },
        random: () => 0,
      }),
    );
    expect(wanted).toEqual([4]);
    expect(claimed.map(({ task }) => task.verb).toSorted()).toEqual([
      'lookup',
      'lookup',
      'poll',
      'poll',
      'poll',
    ]);
  });
});

describe('a refusal', () => {
  it('that comes after the sweep has called the attempt uncertain is believed', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId } = await harness.accept(user);
    const work = await harness.core.offered(jobId);
    const fence = await harness.begun(work);
    await harness.makeDue(jobId);
    await harness.attemptIs(jobId, 'uncertain');
    await harness.refused(work, fence, errorRecord({ code: 'content_rejected' }));
    await until(user, jobId, 'failed');
    expect(await balance(user)).toMatchObject({ available: PRICE, held: 0 });
    expect(await job(user, jobId)).toMatchObject({ conditions: [] });
  });

  it('of our own making costs none of the tries', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId } = await harness.accept(user);
    const away = errorRecord({ code: 'unavailable', retryable: true, retryAfterMs: 50 });
    for (let times = 1; times <= 5; times += 1) {
      const work = await harness.core.offered(jobId, times);
      await harness.refused(work, await harness.begun(work), away);
    }
    await harness.core.offered(jobId, 6);
    expect(await harness.core.attempts(jobId)).toHaveLength(1);
  });

  it('in words that Postgres cannot keep ends the attempt all the same', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId } = await harness.accept(user);
    const work = await harness.core.offered(jobId);
    const words = { message: 'no \u0000', vendorCode: '1\u0000', vendorMessage: 'a cut \ud83d' };
    await harness.refused(
      work,
      await harness.begun(work),
      errorRecord({ code: 'content_rejected', ...words }),
    );
    await until(user, jobId, 'failed');
    expect(await job(user, jobId)).toMatchObject({ error: { code: 'content_rejected' } });
  });
});

describe('a video whose link is asked for again', () => {
  it('is kept where an earlier fetch brings it in meanwhile', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, work } = await harness.atVendor(user);
    await harness.seen(work, succeeded());
    await until(user, jobId, 'storing');
    await harness.ingestFailed(work, errorRecord({ code: 'ingest_failed', retryable: true }));
    await harness.attemptIs(jobId, 'running');
    await harness.stored(user, work);
    await until(user, jobId, 'completed');
    expect(await balance(user)).toMatchObject({ available: 0, held: 0 });
    const removed = await sql<{ count: number }>`SELECT count(*)::int AS count FROM jobs.outbox
      WHERE envelope ->> 'type' = ${mediaDeleteV1.type} AND envelope ->> 'correlationId' = ${jobId}`.execute(
      harness.core.database.sql,
    );
    expect(removed.rows[0]?.count).toBe(0);
  });
});

describe('a late video', () => {
  it('is looked for again where its link gave nothing, before and after the job was given up', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, work } = await harness.atVendor(user);
    const ended = errorRecord({ code: 'ingest_failed', retryable: true });
    await harness.seen(work, succeeded('early'));
    await until(user, jobId, 'storing');
    await harness.ingestFailed(work, ended);
    await harness.attemptIs(jobId, 'running');
    await harness.makeDue(jobId, 'deadline_at', 'hard_limit_at');
    await waitFor(async () => (await harness.lastAttempt(jobId))?.last_look === true, {
      what: 'the last look',
    });
    await harness.makeDue(jobId);
    await until(user, jobId, 'failed');
    await harness.seen(work, succeeded('late'));
    await linkIs(jobId, 'late');
    await harness.ingestFailed(work, ended);
    await waitFor(async () => (await misses(work.attemptId)) === 0, { what: 'the look after it' });
    await harness.seen(work, succeeded('later'));
    await linkIs(jobId, 'later');
    await harness.stored(user, work);
    await waitFor(async () => (await job(user, jobId)).lateAssetId !== null, { what: 'the late asset' });
    expect(await balance(user)).toMatchObject({ available: PRICE, held: 0 });
  });
});

const linkIs = (jobId: string, name: string) =>
  waitFor(
    async () => {
      const result = (await harness.lastAttempt(jobId))?.result;
      return result?.kind === 'url' && result.url.includes(`/${name}.`);
    },
    { what: `the link ${name}` },
  );

describe('a fallback', () => {
  it('goes past a model whose provider was switched off meanwhile', async () => {
    const user = await harness.core.user(PRICE);
    const off = { ...KLING, provider: 'hailuo', model: 'hailuo:MiniMax-Hailuo-2.3' };
    const on = { ...KLING, model: 'kling:kling-2.5-turbo' };
    const fallback = [off, on].map((request) => ({ request, price: { credits: 21, version: 'v' } }));
    const { jobId, work } = await harness.atVendor(user, { fallback });
    await harness.seen(work, {
      kind: 'failed',
      error: errorRecord({ code: 'content_rejected' }),
      cost: null,
    });
    await harness.core.offered(jobId, 2);
    expect(await job(user, jobId)).toMatchObject({ model: on.model });
  });

  it.each([
    ['goes on with the next model', [{ ...KLING, model: 'kling:kling-2.5-turbo' }], 'submitted'],
    ['ends', [], 'failed'],
  ])('%s where a try failed whose provider was switched off, instead of waiting for it', async (...given) => {
    const [, models, state] = given;
    const user = await harness.core.user(PRICE);
    const fallback = models.map((request) => ({ request, price: { credits: 21, version: 'v' } }));
    const { jobId, work } = await harness.atVendor(user, { fallback });
    const run = harness.core.database.sql;
    await sql`UPDATE jobs.attempts SET provider = 'hailuo' WHERE job_id = ${jobId}`.execute(run);
    await sql`UPDATE jobs.jobs SET provider = 'hailuo' WHERE job_id = ${jobId}`.execute(run);
    const error = errorRecord({ code: 'provider_unavailable', retryable: true });
    await harness.seen(work, { kind: 'failed', error, cost: null });
    const offers = 1 + models.length;
    await waitFor(async () => (await job(user, jobId)).status === state && offersOf(jobId) === offers, {
      what: `the job to be ${state} after ${offers} offers`,
    });
  });
});

describe('a fence', () => {
  it('is not granted to a worker that has stopped waiting', async () => {
    const user = await harness.core.user(3 * PRICE);
    const jobs = await Promise.all([1, 2, 3].map(() => harness.accept(user)));
    const offered = await Promise.all(jobs.map(({ jobId }) => harness.core.offered(jobId)));
    const [third, ...others] = offered.toReversed() as [Work, ...Work[]];
    await harness.core.database.run(async (tx) => {
      await tx.sql
        .selectFrom('jobs.attempts')
        .select('attempt_id')
        .where(
          'attempt_id',
          'in',
          others.map(({ attemptId }) => attemptId),
        )
        .forUpdate()
        .execute();
      // These two hold all transactions of the fences, and wait for us.
      void others.map((work) => harness.begin(work).catch(() => undefined));
      await waitFor(async () => (await waitingForLocks()) >= 2, { what: 'both to wait' });
      const { attemptId } = third;
      const asked = harness.core.bus.request(
        beginSubmitRpc,
        { attemptId, workerId: 'gone' },
        { timeoutMs: 200 },
      );
      await expect(asked).rejects.toMatchObject({ code: 'unavailable' });
    });
    await waitFor(async () => (await waitingForLocks()) === 0, { what: 'the queue to go on' });
    expect(await harness.begin(third)).toMatchObject({ granted: true, fence: 1 });
  });
});

it('gives a fence back that waited for a lock until nobody could hear of it', async () => {
  const user = await harness.core.user(PRICE);
  const work = await harness.core.offered((await harness.accept(user)).jobId);
  const { attemptId } = work;
  await harness.core.database.run(async (tx) => {
    await sql`SELECT FROM jobs.attempts WHERE attempt_id = ${attemptId} FOR UPDATE`.execute(tx.sql);
    const gone = { attemptId, workerId: 'gone' };
    const asked = harness.core.bus.request(beginSubmitRpc, gone, { timeoutMs: 400 });
    await expect(asked).rejects.toMatchObject({ code: 'unavailable' });
    expect(await waitingForLocks()).toBe(1);
  });
  await waitFor(async () => (await waitingForLocks()) === 0, { what: 'the fence to go on' });
  expect(await harness.begin(work)).toMatchObject({ granted: true, fence: 1 });
});

async function waitingForLocks(): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(harness.core.database.sql);
  return rows[0]?.count ?? 0;
}
