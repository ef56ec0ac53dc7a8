import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { acceptJobsRpc, cancelJobRpc } from '@shotloom/contracts';
import { checkInvariants } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import { Harness } from './harness';
import { KLING } from './vendor-harness';

/** A provider that the operator took out of `PROVIDERS_ENABLED` while it had work. */
jest.setTimeout(60_000);

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start({ PROVIDERS_ENABLED: ['animatic'] });
  const key = { id: newId(), version: 1, ownerUserId: null, enabled: true, concurrency: null };
  harness.credentials.set('kling', [key]);
});
afterAll(async () => {
  expect(await checkInvariants(harness.database.sql)).toEqual([]);
  await harness.stop();
});

it('starts nothing any more, whatever wakes it', async () => {
  const user = await harness.user(35);
  const price = { credits: 35, version: 'v' };
  // Accepted a moment before, by a replica that still had it.
  const request = harness.request(user, { request: KLING, price });
  await harness.bus.request(acceptJobsRpc, request);
  const [jobId = ''] = request.jobIds;
  await waitFor(
    async () => {
      const state = await harness.database.sql
        .selectFrom('jobs.provider_state')
        .select('waiting_reason')
        .where('provider', '=', 'kling')
        .executeTakeFirst();
      return state?.waiting_reason === 'paused';
    },
    { what: 'a pass to leave it alone' },
  );
  expect(await harness.attempts(jobId)).toEqual([]);
  const { job } = await harness.bus.request(cancelJobRpc, { userId: user.userId, jobId });
  expect(job).toMatchObject({ status: 'cancelled', creditsHeld: 0 });
});

it('keeps no place of its users’ plans for what has ended there', async () => {
  const user = await harness.user(5);
  // What the last pass there left: two under way, which have ended since.
  await sql`INSERT INTO jobs.provider_state (provider) VALUES ('runway') ON CONFLICT DO NOTHING`.execute(
    harness.database.sql,
  );
  await sql`INSERT INTO jobs.lanes (provider, owner_user_id, weight, vtime, own_key, state, running)
    VALUES ('runway', ${user.userId}, 1, 0, false, 'idle', 2)`.execute(harness.database.sql);
  await harness.replica();
  const { limits } = harness.request(user);
  const { jobId } = await harness.accept(user, { limits: { ...limits, concurrency: 2 } });
  await harness.offered(jobId);
});
