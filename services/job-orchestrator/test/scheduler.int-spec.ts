import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { pauseProvider, resumeProvider } from '../src/scheduler/provider-settings';
import { EVERYTHING, SchedulingLab } from './scheduling';

let lab: SchedulingLab;
beforeEach(async () => {
  lab = await SchedulingLab.start();
});
afterEach(() => lab.stop());

const ownersOf = (attempts: { owner_user_id: string }[], owner: string): number =>
  attempts.filter((attempt) => attempt.owner_user_id === owner).length;

describe('fair share', () => {
  it('follows the weights where the provider is what is scarce', async () => {
    const users = [newId(), newId(), newId()].map((owner, index) => ({ owner, weight: 2 ** index }));
    for (const { owner, weight } of users) await lab.jobs({ owner, weight, count: 60 });
    await lab.settings('animatic', { concurrency: 1 });
    for (let count = 0; count < 70; count += 1) {
      expect((await lab.pass('animatic')).started).toBe(1);
      await lab.end(EVERYTHING);
    }
    const attempts = await lab.attempts();
    for (const [index, { owner }] of users.entries()) {
      expect(Math.abs(ownersOf(attempts, owner) - 10 * 2 ** index)).toBeLessThanOrEqual(1);
    }
  });

  it('lets somebody who comes late share from now on, with neither credit nor debt', async () => {
    const [early, late] = [newId(), newId()];
    await lab.settings('animatic', { concurrency: 1 });
    await lab.jobs({ owner: early, count: 60 });
    for (let count = 0; count < 30; count += 1) {
      await lab.pass('animatic');
      await lab.end(EVERYTHING);
    }
    await lab.jobs({ owner: late, count: 30 });
    for (let count = 0; count < 20; count += 1) {
      await lab.pass('animatic');
      await lab.end(EVERYTHING);
    }
    expect(Math.abs(ownersOf(await lab.attempts(), late) - 10)).toBeLessThanOrEqual(1);
  });

  it('gives nothing extra to somebody who sends one job at a time', async () => {
    const [steady, sly] = [newId(), newId()];
    await lab.settings('animatic', { concurrency: 1 });
    await lab.jobs({ owner: steady, count: 60 });
    for (let count = 0; count < 20; count += 1) {
      await lab.jobs({ owner: sly });
      await lab.pass('animatic');
      await lab.end(EVERYTHING);
    }
    expect(Math.abs(ownersOf(await lab.attempts(), sly) - 10)).toBeLessThanOrEqual(1);
  });

  it('starts the oldest jobs of a user first', async () => {
    const owner = newId();
    await lab.jobs({ owner, count: 10 });
    await lab.pass('animatic');
    const [row] = await lab.rows(sql<{ oldest: boolean }>`
      SELECT bool_and((active_attempt_id IS NOT NULL) = (place <= 3)) AS oldest
      FROM (SELECT *, row_number() OVER (ORDER BY created_at) AS place FROM jobs.jobs) AS job`);
    expect(row?.oldest).toBe(true);
  });
});

describe('limits', () => {
  it('keeps a full model from blocking the other jobs of the user, and other users', async () => {
    const [one, other] = [newId(), newId()];
    await lab.database.sql
      .insertInto('jobs.slot_limits')
      .values({ provider: 'animatic', scope: 'model', key: 'scarce', concurrency: 1 })
      .execute();
    await lab.jobs({ owner: one, model: 'scarce', count: 20 });
    await lab.jobs({ owner: one, model: 'plenty', count: 1 });
    await lab.jobs({ owner: other, model: 'scarce', count: 5 });
    await lab.jobs({ owner: other, model: 'plenty', count: 5 });
    for (let pass = 0; pass < 3; pass += 1) await lab.pass('animatic');
    const models = (owner: string) => async () =>
      (await lab.attempts()).filter((row) => row.owner_user_id === owner).map((row) => row.model);
    expect(await models(one)()).toEqual(expect.arrayContaining(['plenty', 'scarce']));
    expect(await models(other)()).toEqual(['plenty', 'plenty', 'plenty']);
  });

  it('shares a full model by weight, however much the users had of others', async () => {
    const [light, heavy] = [newId(), newId()];
    await lab.database.sql
      .insertInto('jobs.slot_limits')
      .values({ provider: 'animatic', scope: 'model', key: 'scarce', concurrency: 1 })
      .execute();
    await lab.jobs({ owner: light, model: 'scarce', count: 60 });
    // The light user has had the model alone for a while, and the heavy one a lot of others.
    await lab.jobs({ owner: heavy, model: 'plenty', count: 40, weight: 2 });
    const round = async (): Promise<void> => {
      await lab.pass('animatic');
      await lab.pass('animatic');
      await lab.end(EVERYTHING);
    };
    for (let count = 0; count < 15; count += 1) await round();
    await lab.jobs({ owner: heavy, model: 'scarce', count: 60, weight: 2 });
    const before = (await lab.attempts()).length;
    for (let count = 0; count < 31; count += 1) await round();
    const made = (await lab.attempts()).slice(before);
    expect(made).toHaveLength(31);
    expect(Math.abs(ownersOf(made, heavy) - 20)).toBeLessThanOrEqual(2);
  });

  it('takes back the slots of what has ended, and only those', async () => {
    const owner = newId();
    await lab.jobs({ owner, count: 10 });
    await lab.pass('animatic');
    expect((await lab.pass('animatic')).started).toBe(0);
    await lab.end(sql`attempt_id = (SELECT min(attempt_id::text)::uuid FROM jobs.attempts)`);
    expect((await lab.pass('animatic')).started).toBe(1);
    const slots = await lab.rows(sql`SELECT scope, key, in_use FROM jobs.slots ORDER BY scope`);
    expect(slots).toEqual([
      { scope: 'model', key: 'm', in_use: 3 },
      { scope: 'provider', key: '', in_use: 3 },
    ]);
  });

  it('takes the operator for more than the catalogue', async () => {
    await lab.settings('animatic', { concurrency: 7, user_concurrency: 5 });
    for (let count = 0; count < 3; count += 1) await lab.jobs({ owner: newId(), count: 10 });
    expect(await lab.pass('animatic')).toMatchObject({ started: 7, reason: 'provider_full' });
    const [row] = await lab.rows(sql<{ most: number }>`SELECT max(running)::int AS most FROM jobs.lanes`);
    expect(row?.most).toBeLessThanOrEqual(5);
  });
});

describe('pause', () => {
  it('starts nothing, ends nothing, and says why until it is resumed', async () => {
    const owner = newId();
    await lab.jobs({ owner, count: 1 });
    await lab.pass('animatic');
    await lab.database.run((tx) => pauseProvider(tx, 'animatic', 'the vendor asked us to'));
    await lab.jobs({ owner, count: 5 });
    expect(await lab.pass('animatic')).toMatchObject({ started: 0, reason: 'paused', news: true });
    expect(await lab.pass('animatic')).toMatchObject({ reason: 'paused', news: false });
    expect(await lab.inFlight()).toBe(1);
    await lab.database.run((tx) => resumeProvider(tx, 'animatic'));
    expect(await lab.pass('animatic')).toMatchObject({ started: 2, reason: null, news: true });
  });
});

describe('backoff', () => {
  it('lets other jobs of the user pass one that is set aside, and comes back to it in time', async () => {
    const owner = newId();
    await lab.jobs({ owner, count: 4 });
    const aside = sql`UPDATE jobs.jobs SET not_before = clock_timestamp() + interval '400 milliseconds'
      WHERE job_id = (SELECT job_id FROM jobs.jobs ORDER BY created_at LIMIT 1) RETURNING job_id`;
    const [job] = (await lab.rows(aside)) as { job_id: string }[];
    await lab.pass('animatic');
    await lab.end(EVERYTHING);
    await lab.pass('animatic');
    expect((await lab.attempts()).map((row) => row.job_id)).not.toContain(job?.job_id);
    const [lane] = await lab.rows(sql<{ state: string }>`SELECT state FROM jobs.lanes`);
    expect(lane).toEqual({ state: 'sleeping' });
    await waitFor(async () => (await lab.pass('animatic')).started, { what: 'the job that was set aside' });
    expect((await lab.attempts()).map((row) => row.job_id)).toContain(job?.job_id);
  });
});
