import { sql } from 'kysely';
import { consumerStates, countDead } from '@shotloom/bus';
import { cancelJobRpc, deleteJobRpc } from '@shotloom/contracts';
import type { ErrorCode } from '@shotloom/kernel';
import { getBalance } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import { resolveUncertain } from '../src/attempts/resolve-uncertain';
import { checkAll } from '../src/ops/invariants/check-all';
import type { User, Work } from './harness';
import { errorRecord, KLING, PRICE, succeeded, VendorHarness } from './vendor-harness';

/** What users of comparable products complain of when they pay: for nothing, twice, for what never ran. docs/trust.md has the list. */
jest.setTimeout(90_000);

let harness: VendorHarness;
beforeAll(async () => {
  harness = await VendorHarness.start();
});
afterAll(async () => {
  const { database, bus } = harness.core;
  expect((await checkAll({ database, bus }, { keepPerRule: 5 })).violations).toEqual([]);
  await harness.stop();
});

const run = (query: ReturnType<typeof sql>) => query.execute(harness.core.database.sql);
const job = (user: User, jobId: string) => harness.core.job(user, jobId);
const until = (user: User, jobId: string, status: string) => harness.core.until(user, jobId, status);
const balance = (user: User) => getBalance(harness.core.database.sql, user.accountId);
const cancel = (user: User, jobId: string) =>
  harness.core.bus.request(cancelJobRpc, { userId: user.userId, jobId });
const failedWith = (code: ErrorCode, more: Parameters<typeof errorRecord>[0] = {}) => ({
  ...{ kind: 'failed' as const, error: errorRecord({ code, outcome: 'accepted', ...more }), cost: null },
});

/** Its work, however often a breaker was opened before: a key that was refused stays so for minutes. */
async function begun(jobId: string, times = 1): Promise<{ work: Work; fence: number }> {
  const mine = () => harness.core.work.filter((work) => work.jobId === jobId);
  await waitFor(
    async () => {
      await run(sql`DELETE FROM jobs.breakers`);
      await run(sql`UPDATE jobs.jobs SET not_before = now() WHERE job_id = ${jobId} AND not_before > now()`);
      return mine().length >= times;
    },
    { what: `the work of ${jobId}` },
  );
  const work = await harness.core.offered(jobId, times);
  return { work, fence: await harness.begun(work) };
}

/** A job that the vendor has taken, at its nth try. */
async function taken(jobId: string, times = 1): Promise<Work> {
  const { work, fence } = await begun(jobId, times);
  await harness.submitted(work, fence);
  await harness.attemptIs(jobId, 'submitted');
  return work;
}

type Way = (user: User, jobId: string) => Promise<unknown>;
const refusedAtTheDoor =
  (code: ErrorCode): Way =>
  async (_user, jobId) => {
    const { work, fence } = await begun(jobId);
    await harness.refused(work, fence, errorRecord({ code }));
  };
const failedLater =
  (code: ErrorCode, more = {}): Way =>
  async (_user, jobId) =>
    harness.seen(await taken(jobId), { ...failedWith(code), ...more });
const notStored =
  (code: ErrorCode): Way =>
  async (user, jobId) => {
    const work = await taken(jobId);
    await harness.seen(work, succeeded());
    await until(user, jobId, 'storing');
    await harness.ingestFailed(work, errorRecord({ code }));
  };
const lost = async (jobId: string): Promise<Work> => {
  const { work, fence } = await begun(jobId);
  await harness.uncertain(work, fence);
  await harness.attemptIs(jobId, 'uncertain');
  return work;
};

const WAYS: Record<string, Way> = {
  'the input is refused': refusedAtTheDoor('invalid_input'),
  'the content is refused': refusedAtTheDoor('content_rejected'),
  'the model is gone': refusedAtTheDoor('unsupported_by_model'),
  'the key is refused': refusedAtTheDoor('provider_auth_failed'),
  'the vendor account is empty': refusedAtTheDoor('provider_quota_exhausted'),
  'the content is rejected after the work': failedLater('content_rejected'),
  'the vendor fails': failedLater('provider_failed'),
  'the vendor fails and charges us': failedLater('provider_failed', {
    cost: { amount: '1.5', unit: 'kling_unit' },
  }),
  'the video is none': notStored('media_invalid'),
  'the video cannot be stored': notStored('ingest_failed'),
  'every try fails': async (_user, jobId) => {
    for (const times of [1, 2, 3]) {
      await harness.seen(await taken(jobId, times), failedWith('provider_failed', { retryable: true }));
      await harness.attemptIs(jobId, 'failed');
    }
  },
  'the vendor is too busy for too long': async (_user, jobId) => {
    const { work, fence } = await begun(jobId);
    await run(sql`UPDATE jobs.attempts SET resends = 50 WHERE job_id = ${jobId}`);
    await run(sql`UPDATE jobs.jobs SET model_attempts = max_attempts WHERE job_id = ${jobId}`);
    await harness.refused(work, fence, errorRecord({ code: 'provider_rate_limited', retryable: true }));
  },
  'the wait is over': async (_user, jobId) => {
    await taken(jobId);
    await run(sql`UPDATE jobs.attempts SET last_look = true WHERE job_id = ${jobId}`);
    await harness.makeDue(jobId, 'deadline_at', 'hard_limit_at');
  },
  'the answer was lost, and the vendor denies and then refuses': async (_user, jobId) => {
    const work = await lost(jobId);
    await harness.quiet(work);
    for (const pollNo of [1, 2, 3]) {
      await harness.seen(work, { kind: 'notFound' }, pollNo);
      // An answer to an older question would not count, so each must be taken in before the next.
      await waitFor(async () => (await denials(work.attemptId)) === pollNo, { what: `denial ${pollNo}` });
    }
    await harness.seen(work, { kind: 'notFound' }, 4);
    const { fence } = await begun(jobId, 2);
    await harness.refused(work, fence, errorRecord({ code: 'content_rejected' }));
  },
  'the answer was lost, and the operator gives up': async (_user, jobId) => {
    const { attemptId } = await lost(jobId);
    await harness.core.database.run((tx) => resolveUncertain(tx, attemptId, { kind: 'give_up' }));
  },
  'every model of the chain fails': async (_user, jobId) => {
    await harness.seen(await taken(jobId), failedWith('content_rejected'));
    await harness.seen(await taken(jobId, 2), failedWith('provider_failed'));
  },
};

async function denials(attemptId: string): Promise<number | undefined> {
  const timer = await harness.core.database.sql
    .selectFrom('jobs.timers')
    .select('denials')
    .where('attempt_id', '=', attemptId)
    .executeTakeFirst();
  return timer?.denials;
}

// Fails where one of these ways forgets the credits, or gives them back before they cannot be needed any more.
it.each(Object.entries(WAYS))(
  'a failed task costs nothing, whatever the way it failed: %s',
  async (_name, way) => {
    const user = await harness.core.user(PRICE);
    const chain = way === WAYS['every model of the chain fails'];
    const other = {
      request: { ...KLING, model: 'kling:kling-2.5-turbo' },
      price: { credits: 21, version: 'v' },
    };
    const { jobId } = await harness.accept(user, { fallback: chain ? [other] : [] });
    expect(await balance(user)).toMatchObject({ available: 0, held: PRICE });
    await way(user, jobId);
    await until(user, jobId, 'failed');
    expect(await job(user, jobId)).toMatchObject({ creditsHeld: 0, creditsCaptured: 0 });
    expect((await job(user, jobId)).error).not.toBeNull();
    expect(await harness.transfers(jobId)).toEqual([`hold ${PRICE}`, `release ${PRICE}`]);
    expect(await balance(user)).toMatchObject({ available: PRICE, held: 0 });
  },
);

/** A job whose first try failed at the vendor, so that another is to come. */
async function retrying(user: User): Promise<{ jobId: string; first: Work }> {
  const { jobId } = await harness.accept(user);
  const first = await taken(jobId);
  await harness.seen(first, failedWith('provider_failed', { retryable: true }));
  await harness.attemptIs(jobId, 'failed');
  return { jobId, first };
}

// Fails where a job has one vendor id, so that after a retry the bill is for the try that never ran.
describe('cancel after a retry bills only what ran', () => {
  const expectFree = async (user: User, jobId: string): Promise<void> => {
    await until(user, jobId, 'cancelled');
    expect(await harness.transfers(jobId)).toEqual([`hold ${PRICE}`, `release ${PRICE}`]);
  };

  it('in the pause before it', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, first } = await retrying(user);
    await run(sql`UPDATE jobs.jobs SET not_before = now() + interval '1 hour' WHERE job_id = ${jobId}`);
    await cancel(user, jobId);
    await expectFree(user, jobId);
    // Late word of the first try is word of an attempt that has ended.
    await harness.seen(first, succeeded());
    await settled();
    expect(await job(user, jobId)).toMatchObject({ status: 'cancelled', creditsCaptured: 0, output: null });
  });

  it('while it is at the vendor, and fails there', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId, first } = await retrying(user);
    const second = await taken(jobId, 2);
    await cancel(user, jobId);
    expect(await job(user, jobId)).toMatchObject({ conditions: ['cancelling'], creditsHeld: PRICE });
    await harness.seen(first, failedWith('provider_failed'));
    await settled();
    expect(await job(user, jobId)).toMatchObject({ conditions: ['cancelling'], creditsHeld: PRICE });
    await harness.seen(second, failedWith('provider_failed'));
    await expectFree(user, jobId);
  });

  it('while it is at the vendor, which makes the video all the same: one price for one video', async () => {
    const user = await harness.core.user(PRICE);
    const { jobId } = await retrying(user);
    const second = await taken(jobId, 2);
    await cancel(user, jobId);
    await harness.seen(second, succeeded());
    await until(user, jobId, 'storing');
    await harness.stored(user, second);
    await until(user, jobId, 'completed');
    expect(await harness.transfers(jobId)).toEqual([`hold ${PRICE}`, `capture ${PRICE}`]);
  });
});

/** Every report was handled and acked: nothing waits, nothing comes again, nothing was given up. */
async function settled(): Promise<void> {
  await waitFor(
    async () => {
      const states = await consumerStates(harness.core.bus, ['ATTEMPTS', 'RESULTS']);
      return states.every(({ pending, unacked }) => pending + unacked === 0);
    },
    { what: 'every report to be acked', timeoutMs: 30_000 },
  );
  expect(await countDead(harness.core.bus)).toEqual([]);
}

// Fails where a hold that is resolved already throws, and the message comes again for ever.
it('the same settlement delivered ten times has one effect and is acked', async () => {
  const user = await harness.core.user(3 * PRICE);
  const ten = <T>(send: () => Promise<T>) => Promise.all(Array.from({ length: 10 }, send));
  const [delivered, failed, deleted] = [await retryless(user), await retryless(user), await retryless(user)];
  await ten(() => harness.seen(delivered, succeeded()));
  await until(user, delivered.jobId, 'storing');
  await ten(() => harness.stored(user, delivered));
  await ten(() => harness.seen(failed, failedWith('provider_failed')));
  await harness.core.bus.request(deleteJobRpc, { userId: user.userId, jobId: deleted.jobId });
  await ten(() => harness.seen(deleted, failedWith('content_rejected')));
  await until(user, delivered.jobId, 'completed');
  await until(user, failed.jobId, 'failed');
  // And the opposite, when all is over.
  await ten(() => harness.seen(delivered, failedWith('provider_failed')));
  await ten(() => harness.stored(user, failed));
  await settled();
  expect(await harness.transfers(delivered.jobId)).toEqual([`hold ${PRICE}`, `capture ${PRICE}`]);
  expect(await harness.transfers(failed.jobId)).toEqual([`hold ${PRICE}`, `release ${PRICE}`]);
  expect(await harness.transfers(deleted.jobId)).toEqual([`hold ${PRICE}`, `release ${PRICE}`]);
  expect(await balance(user)).toMatchObject({ available: 2 * PRICE, held: 0 });
});

async function retryless(user: User): Promise<Work> {
  const { jobId } = await harness.accept(user);
  return taken(jobId);
}
