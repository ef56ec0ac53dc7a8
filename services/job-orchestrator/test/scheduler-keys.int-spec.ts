import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { openLane } from '../src/scheduler/lanes';
import { EVERYTHING, SchedulingLab } from './scheduling';

let lab: SchedulingLab;
beforeEach(async () => {
  lab = await SchedulingLab.start();
});
afterEach(() => lab.stop());

const provider = 'kling';
const pass = () => lab.pass(provider);
const attempts = () => lab.attempts(provider);

it('pins the attempt to a key and its version, which a rotation leaves as it is', async () => {
  const key = lab.key(provider, { version: 4 });
  await lab.jobs({ provider, owner: newId() });
  await pass();
  const pinned = { kind: 'poll', credential_id: key.id, credential_version: 4, operation: 'text-to-video' };
  expect(await attempts()).toMatchObject([{ ...pinned, price_credits: 0, status: 'submitting' }]);
  lab.credentials.set(provider, [{ ...key, version: 5 }]);
  await lab.jobs({ provider, owner: newId() });
  await pass();
  expect(await attempts()).toMatchObject([pinned, { ...pinned, credential_version: 5 }]);
});

it('counts the attempt on the job, for all models and for the present one', async () => {
  lab.key(provider);
  await lab.jobs({ provider, owner: newId() });
  await pass();
  const [job] = await lab.rows(sql`SELECT attempts_made, model_attempts, active_attempt_id FROM jobs.jobs`);
  const [attempt] = await attempts();
  expect(job).toEqual({ attempts_made: 1, model_attempts: 1, active_attempt_id: attempt?.attempt_id });
  const offered = sql`SELECT count(*)::int AS count FROM jobs.outbox WHERE subject = 'work.kling.submit'`;
  expect(await lab.rows(offered)).toEqual([{ count: 1 }]);
});

it('waits where there is no key, fails nothing, and goes on when one comes', async () => {
  await lab.jobs({ provider, owner: newId(), count: 2 });
  expect(await pass()).toMatchObject({ started: 0, reason: 'no_credential', news: true });
  expect(await pass()).toMatchObject({ reason: 'no_credential', news: false });
  expect(await lab.rows(sql`SELECT DISTINCT status FROM jobs.jobs`)).toEqual([{ status: 'queued' }]);
  lab.key(provider);
  expect(await pass()).toMatchObject({ started: 2, reason: null });
});

it("runs a user's jobs under the user's own key, also while the operator's are full", async () => {
  const [rich, poor] = [newId(), newId()];
  const shared = lab.key(provider, { concurrency: 1 });
  const own = lab.key(provider, { ownerUserId: rich });
  await lab.jobs({ provider, owner: poor, count: 3 });
  await lab.jobs({ provider, owner: rich, count: 3, ownKey: true });
  expect(await pass()).toMatchObject({ started: 4, reason: 'credentials_full' });
  const keys = (await attempts()).map((row) => [row.owner_user_id === rich, row.credential_id]);
  expect(keys.filter(([mine, id]) => mine === (id === own.id))).toHaveLength(4);
  expect(keys.filter(([, id]) => id === shared.id)).toHaveLength(1);
});

it('never runs on the one kind of key what was priced for the other', async () => {
  const [owner, other] = [newId(), newId()];
  const shared = lab.key(provider);
  const own = lab.key(provider, { ownerUserId: owner });
  await lab.jobs({ provider, owner, count: 2 });
  await lab.jobs({ provider, owner, count: 2, ownKey: true });
  await lab.jobs({ provider, owner: other, count: 2, ownKey: true });
  // The user's limit holds for each kind; whose key is not there waits for it.
  expect((await pass()).started).toBe(4);
  const runs = (await attempts()).map((row) => [row.own_key, row.credential_id]);
  expect(runs.toSorted()).toEqual(
    [
      [false, shared.id],
      [false, shared.id],
      [true, own.id],
      [true, own.id],
    ].toSorted(),
  );
  await lab.end(EVERYTHING);
  lab.credentials.set(provider, [shared]);
  await lab.jobs({ provider, owner, ownKey: true });
  expect((await pass()).started).toBe(0);
  lab.key(provider, { ownerUserId: owner });
  lab.key(provider, { ownerUserId: other });
  // As the announcement of a new key does it.
  await lab.database.run(async (tx) => {
    for (const ownerUserId of [owner, other])
      await openLane(tx, { provider, ownerUserId, weight: 1, ownKey: true });
  });
  expect((await pass()).started).toBe(3);
  expect((await attempts()).filter((row) => row.own_key).map((row) => row.owner_user_id)).toHaveLength(5);
});

it("keeps a user whose own key is full from holding up others, and goes on at the key's next free place", async () => {
  const [one, other] = [newId(), newId()];
  lab.key(provider);
  lab.key(provider, { ownerUserId: one, concurrency: 1 });
  await lab.jobs({ provider, owner: one, count: 3, ownKey: true });
  await lab.jobs({ provider, owner: other, count: 2 });
  expect((await pass()).started).toBe(3);
  expect((await pass()).started).toBe(0);
  await lab.end(sql`owner_user_id = ${one}`);
  expect((await pass()).started).toBe(1);
});

it('spreads attempts over the keys by what each may have', async () => {
  const [small, large] = [lab.key(provider, { concurrency: 2 }), lab.key(provider, { concurrency: 4 })];
  for (let count = 0; count < 4; count += 1) await lab.jobs({ provider, owner: newId(), count: 3 });
  expect(await pass()).toMatchObject({ started: 6, reason: 'credentials_full' });
  const under = async (id: string) => (await attempts()).filter((row) => row.credential_id === id).length;
  expect([await under(small.id), await under(large.id)]).toEqual([2, 4]);
  expect(
    await lab.rows(sql`SELECT in_use FROM jobs.slots WHERE scope = 'credential' ORDER BY in_use`),
  ).toEqual([{ in_use: 2 }, { in_use: 4 }]);
});

it('takes one call out of the budget for each submit, and starts no more than there are', async () => {
  const key = lab.key(provider);
  await lab.settings(provider, { requests_per_minute: 1, requests_burst: 3 });
  for (let count = 0; count < 2; count += 1) await lab.jobs({ provider, owner: newId(), count: 3 });
  expect(await pass()).toMatchObject({ started: 3, reason: 'requests_spent' });
  expect(await pass()).toMatchObject({ started: 0, reason: 'requests_spent' });
  await lab.rows(sql`UPDATE jobs.request_buckets SET refilled_at = refilled_at - interval '61 seconds'
    WHERE credential_id = ${key.id}`);
  expect(await pass()).toMatchObject({ started: 1 });
});
