import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { beginSubmit, grantSubmits } from '../src/attempts/begin-submit';
import { bringBackWindows, SPAN_SECONDS } from '../src/requests/create-windows';
import { EVERYTHING, SchedulingLab } from './scheduling';

jest.setTimeout(120_000);

const provider = 'hailuo';
const A_MINUTE = 5;

let lab: SchedulingLab;
beforeEach(async () => {
  lab = await SchedulingLab.start();
  // The budget of calls is out of the way.
  await lab.settings(provider, { requests_per_minute: 1e6, requests_burst: 1_000 });
});
afterEach(() => lab.stop());

const pass = () => lab.pass(provider);
/** Moves what was sent into the past, which is the same as waiting. */
const elapse = (seconds: number): Promise<unknown> =>
  lab.rows(sql`UPDATE jobs.create_windows SET second = second - ${seconds}`);
const unsent = async (): Promise<string[]> => {
  const rows = await lab.rows(
    sql<{ attempt_id: string }>`SELECT attempt_id FROM jobs.attempts WHERE status = 'submitting'`,
  );
  return rows.map((row) => row.attempt_id);
};

/** As one replica answers workers that ask at the same time. Returns what each was told. */
function begin(attemptIds: readonly string[]): Promise<(string | true)[]> {
  return lab.database.run(async (tx) => {
    const deadline = new Date(Date.now() + 60_000);
    const beginners = attemptIds.map((attemptId) => ({ attemptId, workerId: newId(), deadline }));
    await grantSubmits(tx, { sendSeconds: 60 }, beginners);
    const told: (string | true)[] = [];
    for (const beginner of beginners) {
      const answer = await beginSubmit(tx, { sendSeconds: 60, callbacks: null }, beginner);
      told.push(answer.granted || answer.reason);
    }
    return told;
  });
}

async function users(count: number, jobs: number): Promise<void> {
  for (let user = 0; user < count; user += 1) await lab.jobs({ provider, owner: newId(), count: jobs });
}

it('starts as many as may be ordered in a minute, the first after a quiet time too, and says why the others wait', async () => {
  lab.key(provider);
  await users(4, 3);
  expect(await pass()).toMatchObject({ started: A_MINUTE, reason: 'creates_spent' });
  // Nothing is sent yet: what is to be sent counts.
  expect(await pass()).toMatchObject({ started: 0, reason: 'creates_spent' });
  expect(await begin(await unsent())).toEqual(Array(A_MINUTE).fill(true));
  await elapse(SPAN_SECONDS - 5);
  const waiting = await pass();
  expect(waiting).toMatchObject({ started: 0, reason: 'creates_spent' });
  expect(waiting.nextInMs).toBeGreaterThan(0);
  expect(waiting.nextInMs).toBeLessThanOrEqual(5_000);
  await elapse(5);
  expect(await pass()).toMatchObject({ started: A_MINUTE });
  // Waiters held no slot meanwhile.
  expect(await lab.rows(sql`SELECT in_use FROM jobs.slots WHERE scope = 'provider'`)).toEqual([
    { in_use: 2 * A_MINUTE },
  ]);
});

it("takes the operator's number over the catalogue's", async () => {
  lab.key(provider);
  await lab.settings(provider, { creates_per_minute: 2 });
  await users(2, 3);
  expect(await pass()).toMatchObject({ started: 2, reason: 'creates_spent' });
});

it('limits nothing where no limit is known', async () => {
  lab.key('kling');
  await lab.jobs({ provider: 'kling', owner: newId(), count: 3 });
  await lab.pass('kling');
  expect(await begin(await unsent())).toEqual([true, true, true]);
  expect(await lab.rows(sql`SELECT * FROM jobs.create_windows`)).toEqual([]);
});

it('takes the key that still has creates, and counts each for itself', async () => {
  const [spent, fresh] = [lab.key(provider), lab.key(provider)];
  lab.credentials.set(provider, [spent]);
  await users(2, 3);
  expect((await pass()).started).toBe(A_MINUTE);
  await begin(await unsent());
  await lab.end(EVERYTHING);
  lab.credentials.set(provider, [spent, fresh]);
  await users(2, 3);
  expect((await pass()).started).toBe(A_MINUTE);
  const [last] = (await lab.attempts(provider)).slice(-1);
  expect(last?.credential_id).toBe(fresh.id);
});

it("lets a user's own key rest until it has a create again", async () => {
  const owner = newId();
  lab.key(provider, { ownerUserId: owner });
  await lab.settings(provider, { creates_per_minute: 2 });
  await lab.jobs({ provider, owner, count: 3, ownKey: true });
  expect((await pass()).started).toBe(2);
  await begin(await unsent());
  await lab.jobs({ provider, owner, ownKey: true });
  expect((await pass()).started).toBe(0);
  const [lane] = await lab.rows(
    sql<{ state: string; seconds: number }>`
      SELECT state, extract(epoch FROM ready_at - now())::float8 AS seconds FROM jobs.lanes WHERE own_key`,
  );
  expect(lane?.state).toBe('sleeping');
  expect(lane?.seconds).toBeGreaterThan(SPAN_SECONDS - 20);
  expect(lane?.seconds).toBeLessThanOrEqual(SPAN_SECONDS);
});

it('takes one create for one order: none for a second begin, one for an order that is sent again', async () => {
  lab.key(provider);
  await users(2, 3);
  await pass();
  const [first = '', ...others] = await unsent();
  expect(await begin([first, first])).toEqual([true, 'begun']);
  expect(await begin([first])).toEqual(['begun']);
  const spent = sql<{
    sum: number;
  }>`SELECT sum(count)::int FROM jobs.create_windows, unnest(counts) AS count`;
  expect(await lab.rows(spent)).toEqual([{ sum: 1 }]);
  // The vendor turned it away: it is offered again, and is one order more, for which the scheduler leaves room only now.
  await lab.rows(sql`UPDATE jobs.attempts SET status = 'submitting' WHERE attempt_id = ${first}`);
  const told = await begin([first, ...others]);
  expect(told.toSorted()).toEqual(['creates_spent', true, true, true, true]);
  expect(await lab.rows(spent)).toEqual([{ sum: A_MINUTE }]);
  const [left = ''] = await unsent();
  const [row] = await lab.rows(
    sql<{ status: string; seconds: number }>`
      SELECT status, extract(epoch FROM due_at - now())::float8 AS seconds FROM jobs.attempts WHERE attempt_id = ${left}`,
  );
  expect(row?.status).toBe('submitting');
  expect(row?.seconds).toBeGreaterThan(SPAN_SECONDS - 20);
  expect(row?.seconds).toBeLessThanOrEqual(SPAN_SECONDS);
  await elapse(SPAN_SECONDS);
  expect(await begin([left])).toEqual([true]);
});

it('counts orders for no longer than a span where the clock was set back after them', async () => {
  lab.key(provider);
  await users(4, 3);
  await pass();
  expect(await begin(await unsent())).toEqual(Array(A_MINUTE).fill(true));
  // As after a failover to a server whose clock is an hour behind.
  await elapse(-3_600);
  expect(await bringBackWindows(lab.database.sql)).toBe(1);
  const waiting = await pass();
  expect(waiting).toMatchObject({ started: 0, reason: 'creates_spent' });
  expect(waiting.nextInMs).toBeGreaterThan((SPAN_SECONDS - 20) * 1_000);
  expect(waiting.nextInMs).toBeLessThanOrEqual(SPAN_SECONDS * 1_000);
  await elapse(SPAN_SECONDS);
  expect(await pass()).toMatchObject({ started: A_MINUTE });
  // What is as it should be is left alone.
  expect(await begin(await unsent())).toEqual(Array(A_MINUTE).fill(true));
  expect(await bringBackWindows(lab.database.sql)).toBe(0);
});

it('spends no create on a job that was cancelled before it was sent', async () => {
  lab.key(provider);
  await lab.jobs({ provider, owner: newId() });
  await pass();
  await lab.rows(sql`UPDATE jobs.jobs SET cancel_requested_at = now()`);
  await lab.rows(sql`UPDATE jobs.attempts SET status = 'cancelled', due_at = NULL, finished_at = now()`);
  expect(await begin((await lab.attempts(provider)).map((row) => row.attempt_id))).toEqual(['ended']);
  expect(await lab.rows(sql`SELECT * FROM jobs.create_windows`)).toEqual([]);
});

it('reads no more attempts for it than may be ordered in a minute', async () => {
  const key = lab.key(provider);
  await users(1, 1);
  await pass();
  await lab.rows(sql`
    INSERT INTO jobs.attempts (attempt_id, job_id, owner_user_id, number, provider, model, kind, credential_id, credential_version, status, holds_slot,
      deadline_at, finished_at)
    SELECT gen_random_uuid(), job_id, owner_user_id, 100 + n, provider, model, kind, ${key.id}, 1, 'failed', false, now(), now()
    FROM jobs.attempts, generate_series(1, 3000) AS n`);
  await lab.rows(sql`ANALYZE jobs.attempts`);
  await users(1, 1);
  const read = async (): Promise<number> => {
    const [row] = await lab.rows(sql<{ count: number }>`
      SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS count
      FROM pg_stat_user_tables, pg_stat_force_next_flush() WHERE schemaname = 'jobs' AND relname = 'attempts'`);
    return row?.count ?? Infinity;
  };
  const before = await read();
  expect((await pass()).started).toBe(1);
  expect((await read()) - before).toBeLessThan(10 * A_MINUTE);
});

/** Postgres itself notes each order in the moment of its fence, on a clock that the test moves on. */
async function noteOrders(): Promise<void> {
  await lab.rows(sql`CREATE TABLE waited (seconds int NOT NULL)`);
  await lab.rows(sql`INSERT INTO waited VALUES (0)`);
  await lab.rows(sql`CREATE TABLE ordered (credential_id uuid, at float8)`);
  await lab.rows(sql`
    CREATE FUNCTION note_order() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO ordered SELECT NEW.credential_id, extract(epoch FROM clock_timestamp()) + seconds FROM waited;
      RETURN NULL;
    END $$`);
  await lab.rows(sql`CREATE TRIGGER note_order AFTER UPDATE OF status ON jobs.attempts FOR EACH ROW
    WHEN (NEW.status = 'sending') EXECUTE FUNCTION note_order()`);
}

it('never lets more through in any minute, with three replicas passing, workers that ask late and twice, and orders that are sent again', async () => {
  await noteOrders();
  const jobs = 60;
  for (let count = 0; count < 2; count += 1) lab.key(provider);
  await lab.settings(provider, { concurrency: 1_000 });
  await users(jobs / 3, 3);
  const replicas = [lab.replica(), lab.replica(), lab.replica()];
  let again = 0;
  const sent = async (): Promise<number> =>
    (await lab.rows(sql`SELECT FROM jobs.attempts WHERE status = 'sending'`)).length;
  for (let round = 0; round < 400 && (await sent()) < jobs; round += 1) {
    for (const replica of replicas) replica.wake(provider);
    const open = await unsent();
    // In some rounds the workers are away, and what was started meanwhile waits for them.
    if (Math.random() < 0.6) {
      const some = () => open.filter(() => Math.random() < 0.7);
      await Promise.all([begin(some()), begin(some()), begin(some())]);
    }
    if (Math.random() < 0.2) {
      const { length } = await lab.rows(sql`
        UPDATE jobs.attempts SET status = 'submitting' WHERE attempt_id IN (
          SELECT attempt_id FROM jobs.attempts WHERE status = 'sending' AND random() < 0.2 LIMIT 2) RETURNING 1`);
      again += length;
    }
    const seconds = Math.floor(Math.random() * 12);
    await lab.database.run(async ({ sql: executor }) => {
      await sql`UPDATE waited SET seconds = seconds + ${seconds}`.execute(executor);
      await sql`UPDATE jobs.create_windows SET second = second - ${seconds}`.execute(executor);
    });
  }
  await Promise.all(replicas.map((replica) => replica.stop()));
  expect(await sent()).toBe(jobs);
  const rows = await lab.rows(
    sql<{ credential_id: string; at: number }>`SELECT * FROM ordered ORDER BY credential_id, at`,
  );
  expect(rows).toHaveLength(jobs + again);
  let most = 0;
  for (const one of rows) {
    const since = rows.filter(
      (other) =>
        other.credential_id === one.credential_id &&
        other.at >= one.at &&
        other.at < one.at + SPAN_SECONDS - 1,
    );
    most = Math.max(most, since.length);
  }
  // Not fewer either: the limit was reached.
  expect(most).toBe(A_MINUTE);
});

it('is looked at again when the next create comes, and not all the time before', async () => {
  lab.key(provider);
  await users(2, 3);
  await pass();
  await begin(await unsent());
  await elapse(SPAN_SECONDS - 3);
  const replica = lab.replica();
  const woken = jest.spyOn(replica, 'wake');
  replica.wake(provider);
  await waitFor(async () => (await unsent()).length === 1, { what: 'the next start', timeoutMs: 20_000 });
  // By the test, when the keys were known, and when the time had come: there are no sweeps here.
  expect(woken.mock.calls.length).toBeLessThan(6);
  await replica.stop();
});
