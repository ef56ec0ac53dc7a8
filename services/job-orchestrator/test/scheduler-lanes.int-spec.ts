import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { openLane } from '../src/scheduler/lanes';
import { schedulerPass } from '../src/scheduler/pass';
import { repairLanes } from '../src/scheduler/repair-lanes';
import { EVERYTHING, insertJobs, LIMITS, SchedulingLab } from './scheduling';

jest.setTimeout(60_000);

let lab: SchedulingLab;
beforeEach(async () => {
  lab = await SchedulingLab.start();
});
afterEach(() => lab.stop());

const provider = 'animatic';
const lanes = () => lab.database.sql.selectFrom('jobs.lanes').selectAll().orderBy('owner_user_id').execute();
const repair = () => lab.database.run((tx) => repairLanes(tx, provider, LIMITS));

/** A gate that two transactions are held at. */
function gate(): { passed: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

/** Leaves a lane that is ready, but whose only job has ended: the next pass finds it empty. */
async function emptyLane(owner: string): Promise<void> {
  await lab.jobs({ owner });
  await lab.settings(provider, { concurrency: 0 });
  await lab.pass(provider);
  await lab.rows(
    sql`UPDATE jobs.jobs SET status = 'cancelled', finished_at = now() WHERE owner_user_id = ${owner}`,
  );
  await lab.settings(provider, { concurrency: 64 });
  expect(await lanes()).toMatchObject([{ state: 'ready' }]);
}

describe('a job accepted while a pass empties its lane', () => {
  it('is found where the accept commits before the pass does', async () => {
    const owner = newId();
    await emptyLane(owner);
    const [looked, accepted] = [gate(), gate()];
    const pass = lab.database.run(async (tx) => {
      const result = await schedulerPass(tx, {
        provider,
        limits: LIMITS,
        credentials: undefined,
        estimate: () => 0,
      });
      looked.open();
      await accepted.passed;
      return result;
    });
    await looked.passed;
    // Not held up by the pass, which has written this very lane and not committed.
    await lab.jobs({ owner });
    accepted.open();
    expect(await pass).toMatchObject({ started: 0 });
    expect((await lab.pass(provider)).started).toBe(1);
  });

  it('is found where the accept began first and commits last', async () => {
    const owner = newId();
    await emptyLane(owner);
    const [opened, passed] = [gate(), gate()];
    const accept = lab.database.run(async (tx) => {
      await openLane(tx, { provider, ownerUserId: owner, weight: 1, ownKey: false });
      await insertJobs({ owner }).execute(tx.sql);
      opened.open();
      await passed.passed;
    });
    await opened.passed;
    expect((await lab.pass(provider)).started).toBe(0);
    // Nothing is left of the lane by now.
    expect((await lanes()).filter((lane) => lane.state === 'ready')).toEqual([]);
    passed.open();
    await accept;
    expect((await lab.pass(provider)).started).toBe(1);
  });

  it('is found by replicas that race with many accepts, without any repair', async () => {
    const owners = Array.from({ length: 4 }, newId);
    const replicas = [lab.replica(), lab.replica(), lab.replica()];
    let done = false;
    const end = async (): Promise<void> => {
      while (!done) {
        await lab.end(EVERYTHING);
        for (const replica of replicas) replica.wake(provider);
      }
    };
    const ending = end();
    const accepting = owners.map(async (owner) => {
      for (let count = 0; count < 30; count += 1) await lab.jobs({ owner });
    });
    await Promise.all(accepting);
    await waitFor(async () => (await lab.attempts()).length === 120, {
      what: 'all jobs to be started',
      timeoutMs: 30_000,
    });
    done = true;
    await ending;
    await Promise.all(replicas.map((replica) => replica.stop()));
  });
});

it('lets accepts of one user and of others go on beside each other', async () => {
  const owner = newId();
  const [opened, others] = [gate(), gate()];
  const first = lab.database.run(async (tx) => {
    await openLane(tx, { provider, ownerUserId: owner, weight: 1, ownKey: false });
    opened.open();
    await others.passed;
  });
  await opened.passed;
  await lab.jobs({ owner });
  await lab.jobs({ owner: newId() });
  others.open();
  await first;
  expect((await lab.pass(provider)).started).toBe(2);
});

it('takes the weight of the latest job for the lane', async () => {
  const owner = newId();
  await lab.jobs({ owner, weight: 1 });
  await lab.jobs({ owner, weight: 4 });
  await lab.pass(provider);
  expect(await lanes()).toMatchObject([{ weight: 4 }]);
});

it('forgets lanes that are idle and owe nothing', async () => {
  for (let count = 0; count < 5; count += 1) await lab.jobs({ owner: newId() });
  await lab.pass(provider);
  expect(await lanes()).toHaveLength(5);
  await lab.end(EVERYTHING);
  await lab.pass(provider);
  expect(await lanes()).toEqual([]);
});

describe('repair', () => {
  it('makes lanes for jobs that nobody announced', async () => {
    for (let count = 0; count < 3; count += 1) await insertJobs({ owner: newId() }).execute(lab.database.sql);
    expect((await lab.pass(provider)).started).toBe(0);
    expect(await repair()).toBe(3);
    expect((await lab.pass(provider)).started).toBe(3);
    expect(await repair()).toBe(0);
  });

  it('puts counters right that are not what the rows say', async () => {
    const owner = newId();
    await lab.jobs({ owner, count: 10 });
    await lab.pass(provider);
    await lab.rows(
      sql`DELETE FROM jobs.attempts WHERE attempt_id = (SELECT min(attempt_id::text)::uuid FROM jobs.attempts)`,
    );
    await lab.rows(sql`UPDATE jobs.slots SET in_use = 40`);
    expect((await lab.pass(provider)).started).toBe(0);
    await repair();
    expect(await lab.rows(sql`SELECT in_use FROM jobs.slots WHERE scope = 'provider'`)).toEqual([
      { in_use: 2 },
    ]);
    expect((await lab.pass(provider)).started).toBe(1);
  });

  it('goes through any number of users in bounded steps, round after round', async () => {
    await sql`
      INSERT INTO jobs.lanes (provider, owner_user_id, vtime, state)
      SELECT ${provider}, gen_random_uuid(), 1000, 'idle' FROM generate_series(1, 450)`.execute(
      lab.database.sql,
    );
    await insertJobs({ owner: 'ffffffff-ffff-4fff-8fff-ffffffffffff' }).execute(lab.database.sql);
    const steps = [await repair(), await repair(), await repair(), await repair()];
    expect(steps).toEqual([0, 0, 1, 0]);
  });
});
