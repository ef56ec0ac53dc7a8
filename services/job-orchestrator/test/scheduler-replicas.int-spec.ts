import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { SchedulingLab } from './scheduling';

jest.setTimeout(120_000);

const provider = 'kling';
const PER_USER = 3;
const PER_PROVIDER = 11;
const PER_MODEL = 5;
const PER_KEY = 6;

let lab: SchedulingLab;
beforeAll(async () => {
  lab = await SchedulingLab.start();
});
afterAll(() => lab.stop());

/**
 * Postgres itself counts what is in flight after every insert, and refuses the transaction where a limit is passed: nothing that
 * a test looks at now and then could be as sure. The highest counts are kept, to see that the limits were reached at all.
 */
async function guardLimits(): Promise<void> {
  await lab.rows(sql`CREATE TABLE most (scope text PRIMARY KEY, count int NOT NULL)`);
  await lab.rows(sql`
    CREATE FUNCTION guard_limits() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE found record;
    BEGIN
      FOR found IN
        WITH active AS (SELECT * FROM jobs.attempts WHERE finished_at IS NULL)
        SELECT 'provider' AS scope, count(*) AS count, ${sql.lit(PER_PROVIDER)} AS allowed FROM active
        UNION ALL SELECT 'user', max(count), ${sql.lit(PER_USER)} FROM (SELECT count(*) FROM active GROUP BY owner_user_id) AS u
        UNION ALL SELECT 'model', max(count), ${sql.lit(PER_MODEL)}
          FROM (SELECT count(*) FROM active WHERE model = 'scarce' GROUP BY model) AS m
        UNION ALL SELECT 'credential', max(count), ${sql.lit(PER_KEY)} FROM (SELECT count(*) FROM active GROUP BY credential_id) AS c
      LOOP
        IF found.count > found.allowed THEN
          RAISE EXCEPTION '% in flight of %, % are allowed', found.count, found.scope, found.allowed;
        END IF;
        INSERT INTO most VALUES (found.scope, coalesce(found.count, 0))
          ON CONFLICT (scope) DO UPDATE SET count = greatest(most.count, excluded.count);
      END LOOP;
      RETURN NULL;
    END $$`);
  await lab.rows(
    sql`CREATE TRIGGER guard_limits AFTER INSERT ON jobs.attempts FOR EACH STATEMENT EXECUTE FUNCTION guard_limits()`,
  );
}

it('never passes a limit, with three replicas passing at once while attempts end at random', async () => {
  await guardLimits();
  await lab.settings(provider, { concurrency: PER_PROVIDER });
  await lab.database.sql
    .insertInto('jobs.slot_limits')
    .values({ provider, scope: 'model', key: 'scarce', concurrency: PER_MODEL })
    .execute();
  for (let count = 0; count < 2; count += 1) lab.key(provider, { concurrency: PER_KEY });
  // So few that at all places taken somebody has as many as one user may.
  const owners = Array.from({ length: 4 }, newId);
  for (const owner of owners) {
    await lab.jobs({ provider, owner, model: 'scarce', count: 40 });
    await lab.jobs({ provider, owner, model: 'plenty', count: 40 });
  }
  const replicas = [lab.replica(), lab.replica(), lab.replica()];
  for (const replica of replicas) replica.wake(provider);
  await waitFor(async () => (await lab.inFlight(provider)) === PER_PROVIDER, {
    what: 'all places to be taken',
  });
  let done = false;
  const endAtRandom = async (): Promise<void> => {
    while (!done) {
      for (const replica of replicas) replica.wake(provider);
      await lab.end(sql`random() < 0.3`);
    }
  };
  const ending = Promise.all([endAtRandom(), endAtRandom()]);
  await waitFor(async () => (await lab.attempts(provider)).length === 320, {
    what: 'all jobs to have been started',
    timeoutMs: 90_000,
    intervalMs: 100,
  });
  done = true;
  await ending;
  await Promise.all(replicas.map((replica) => replica.stop()));
  // The trigger refuses more than is allowed; this shows that it was asked about places that were really taken.
  const most = await lab.rows<{ scope: string; count: number }>(sql`SELECT * FROM most ORDER BY scope`);
  expect(most.map(({ scope }) => scope)).toEqual(['credential', 'model', 'provider', 'user']);
  expect(most.find(({ scope }) => scope === 'provider')?.count).toBe(PER_PROVIDER);
  expect(most.every(({ count }) => count > 1)).toBe(true);
  await lab.end(sql`true`);
  await lab.pass(provider);
  expect(await lab.rows(sql`SELECT sum(in_use)::int AS left FROM jobs.slots`)).toEqual([{ left: 0 }]);
});
