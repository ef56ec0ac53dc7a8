import { sql } from 'kysely';
import { mediaIngestV1 } from '@shotloom/contracts';
import { waitFor } from '@shotloom/testing';
import type { Resolution } from '../src/attempts/resolve-uncertain';
import { resolveUncertain } from '../src/attempts/resolve-uncertain';
import { checkAll } from '../src/ops/invariants/check-all';
import type { User, Work } from './harness';
import { PRICE, running, succeeded, VendorHarness, type Lost } from './vendor-harness';

/** Submits whose answer was lost, and what comes to light of them after somebody has decided. */
jest.setTimeout(60_000);

let harness: VendorHarness;
beforeAll(async () => {
  harness = await VendorHarness.start();
});
// So many lost answers one after the other open the breaker of the key, and nothing would be sent under it for a while.
beforeEach(async () => {
  await sql`DELETE FROM jobs.breakers`.execute(harness.core.database.sql);
});
afterAll(async () => {
  const { database, bus } = harness.core;
  expect((await checkAll({ database, bus }, { keepPerRule: 5 })).violations).toEqual([]);
  await harness.stop();
});

const decide = ({ attemptId }: Work, resolution: Resolution) =>
  harness.core.database.run((tx) => resolveUncertain(tx, attemptId, resolution));
const job = (user: User, jobId: string) => harness.core.job(user, jobId);

/** Also nobody asks the vendor but the test. */
async function lost(): Promise<Lost> {
  const known = await harness.lost();
  await harness.quiet(known.work);
  return known;
}

async function timerOf({ attemptId }: Work) {
  return harness.core.database.sql
    .selectFrom('jobs.timers')
    .selectAll()
    .where('attempt_id', '=', attemptId)
    .executeTakeFirst();
}

const sentAgain = async (jobId: string): Promise<number> =>
  (await harness.log(jobId)).filter((line) => line.endsWith('it is sent again.')).length;

it('is not sent a third time because the vendor denied the first, however late that is told', async () => {
  const { jobId, work } = await lost();
  await decide(work, { kind: 'not_bought' });
  await harness.core.offered(jobId, 2);
  await harness.uncertain(work, await harness.begun(work));
  await harness.attemptIs(jobId, 'uncertain');
  await harness.quiet(work);
  // Dead letters of the first life, replayed.
  for (const pollNo of [1, 2, 3, 4, 5]) await harness.seen(work, { kind: 'notFound' }, pollNo);
  await harness.seen(work, running());
  await harness.attemptIs(jobId, 'running');
  expect(await sentAgain(jobId)).toBe(1);
});

it('may have a task of the same name as another key, which may be that of another server', async () => {
  const [one, other] = [await lost(), await lost()];
  await sql`UPDATE jobs.attempts SET credential_id = gen_random_uuid()
    WHERE attempt_id = ${other.work.attemptId}`.execute(harness.core.database.sql);
  for (const { work } of [one, other]) await decide(work, { kind: 'found', vendorTaskId: 'video_1' });
  await harness.attemptIs(one.jobId, 'submitted');
  await harness.attemptIs(other.jobId, 'submitted');
});

it('is not taken for the task of another attempt, whatever somebody types', async () => {
  const [one, other] = [await lost(), await lost()];
  await decide(one.work, { kind: 'found', vendorTaskId: 'v-mine' });
  await expect(decide(other.work, { kind: 'found', vendorTaskId: 'v-mine' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(one.work.attemptId) as string,
  });
  expect((await harness.lastAttempt(other.jobId))?.status).toBe('uncertain');
});

it('is given to its user for nothing where its video comes after an operator gave it up', async () => {
  const { user, jobId, work } = await lost();
  await decide(work, { kind: 'give_up' });
  await harness.core.until(user, jobId, 'failed');
  await harness.seen(work, succeeded());
  await harness.stored(user, work);
  await waitFor(async () => (await job(user, jobId)).lateAssetId !== null, { what: 'the late video' });
  expect(await job(user, jobId)).toMatchObject({ status: 'failed', creditsCaptured: 0, creditsHeld: 0 });
  expect(await harness.transfers(jobId)).toEqual([`hold ${PRICE}`, `release ${PRICE}`]);
});

it('is looked for where its submit is reported after an operator gave it up', async () => {
  const { user, jobId, work, fence } = await lost();
  await decide(work, { kind: 'give_up' });
  await harness.core.until(user, jobId, 'failed');
  await harness.submitted(work, fence, 'v-late');
  await waitFor(async () => (await timerOf(work))?.verb === 'late', { what: 'somebody to look for it' });
  harness.vendor = (task) => (task.attemptId === work.attemptId ? succeeded('late') : running());
  await sql`UPDATE jobs.timers SET next_poll_at = now() WHERE attempt_id = ${work.attemptId}`.execute(
    harness.core.database.sql,
  );
  await waitFor(async () => (await harness.lastAttempt(jobId))?.result !== null, { what: 'the video' });
  harness.vendor = undefined;
  await harness.stored(user, work);
  await waitFor(async () => (await job(user, jobId)).lateAssetId !== null, { what: 'the late video' });
});

it('is fetched again where the broker forgot that its late video was to be fetched', async () => {
  const { user, jobId, work } = await lost();
  await decide(work, { kind: 'found', vendorTaskId: `v-${work.attemptId}` });
  await harness.makeDue(jobId, 'deadline_at', 'hard_limit_at');
  await waitFor(async () => (await harness.lastAttempt(jobId))?.last_look === true, {
    what: 'the last look',
  });
  await harness.makeDue(jobId);
  await harness.core.until(user, jobId, 'failed');
  // Looked for as long again as it was waited for.
  await sql`UPDATE jobs.attempts SET hard_limit_at = now() + interval '1 hour'
    WHERE attempt_id = ${work.attemptId}`.execute(harness.core.database.sql);
  await harness.seen(work, succeeded('first'));
  const fetches = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`SELECT count(*)::int AS count FROM jobs.outbox
      WHERE envelope ->> 'type' = ${mediaIngestV1.type}
        AND envelope -> 'payload' ->> 'attemptId' = ${work.attemptId}`.execute(harness.core.database.sql);
    return rows[0]?.count ?? 0;
  };
  await waitFor(async () => (await fetches()) === 1, { what: 'the first fetch' });
  harness.vendor = (task) => (task.attemptId === work.attemptId ? succeeded('second') : running());
  await sql`UPDATE jobs.timers SET next_poll_at = now() WHERE attempt_id = ${work.attemptId}`.execute(
    harness.core.database.sql,
  );
  await waitFor(async () => (await fetches()) === 2, { what: 'the second fetch' });
  harness.vendor = undefined;
  await harness.stored(user, work);
  await waitFor(async () => (await job(user, jobId)).lateAssetId !== null, { what: 'the late video' });
  await waitFor(async () => (await timerOf(work)) === undefined, { what: 'nobody to ask any more' });
});
