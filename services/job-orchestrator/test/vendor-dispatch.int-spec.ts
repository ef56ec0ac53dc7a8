import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { openLane } from '../src/scheduler/lanes';
import { Harness } from './harness';
import { insertJobs } from './scheduling';

jest.setTimeout(60_000);

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start({ PROVIDERS_ENABLED: ['animatic', 'kling'] });
});
afterAll(() => harness.stop());

it('waits for a key that the gateway lists, then offers the work pinned to it, and holds up no other provider', async () => {
  const [user, owner] = [await harness.user(50), newId()];
  await harness.database.run(async (tx) => {
    await openLane(tx, { provider: 'kling', ownerUserId: owner, weight: 1, ownKey: false });
    await insertJobs({ provider: 'kling', model: 'kling:some', owner }).execute(tx.sql);
  });
  const other = await harness.accept(user);
  await harness.offered(other.jobId);
  const reason = () =>
    harness.database.sql
      .selectFrom('jobs.provider_state')
      .select('waiting_reason')
      .where('provider', '=', 'kling')
      .executeTakeFirst();
  await waitFor(async () => (await reason())?.waiting_reason === 'no_credential', {
    what: 'the reason to be seen',
  });
  const [job] = (
    await sql<{ job_id: string; status: string }>`
      SELECT job_id, status FROM jobs.jobs WHERE owner_user_id = ${owner}`.execute(harness.database.sql)
  ).rows;
  expect(job?.status).toBe('queued');
  const jobId = job?.job_id ?? '';

  const key = { id: newId(), version: 3, ownerUserId: null, enabled: true, concurrency: 5 };
  harness.credentials.set('kling', [{ ...key, id: newId(), enabled: false }, key]);
  const work = await harness.offered(jobId);
  expect(work).toMatchObject({ provider: 'kling', model: 'kling:some' });
  expect(await harness.attempts(jobId)).toMatchObject([
    { kind: 'poll', credential_id: key.id, credential_version: 3, price_credits: 0, status: 'submitting' },
  ]);
  await waitFor(async () => (await reason())?.waiting_reason === null, { what: 'the reason to be gone' });
});
