import { sql } from 'kysely';
import { createMetrics } from '@shotloom/service-kit';
import { silentLogger } from '@shotloom/testing';
import type { JobsTx } from '../src/jobs/job-changes';
import { schedulerPass } from '../src/scheduler/pass';
import { lockProvider } from '../src/scheduler/provider-limits';
import { readyLanesQuery } from '../src/scheduler/ready-lanes';
import { repairLanes } from '../src/scheduler/repair-lanes';
import { addSchedulerMetrics, COUNTED_AT_MOST } from '../src/scheduler/scheduler-metrics';
import { LIMITS, SchedulingLab } from './scheduling';

jest.setTimeout(300_000);

const ALONE = '00000000-0000-4000-8000-000000000001';
const MILLION = 1_000_000;
const USERS = 100_000;

let lab: SchedulingLab;
beforeAll(async () => {
  lab = await SchedulingLab.start(0);
  const indexes = await dropIndexes();
  await seed('one-user', sql`${ALONE}::uuid`, sql`(ARRAY['m','n','o'])[1 + n % 3]`);
  await seed('many-users', sql`uuidOf(n % ${sql.lit(USERS)})`, sql`'m'`);
  await seedHistory();
  for (const index of indexes) await lab.rows(sql`${sql.raw(index)}`);
  await lab.rows(sql`ANALYZE`);
});
afterAll(() => lab.stop());

/** Building an index once is faster than growing it by a million rows. They are made again just as they were. */
async function dropIndexes(): Promise<string[]> {
  await lab.rows(sql`
    CREATE FUNCTION uuidOf(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT ('00000000-0000-4000-9000-' || lpad(to_hex(n), 12, '0'))::uuid $$`);
  const indexes = await lab.rows(sql<{ name: string; definition: string }>`
    SELECT indexname AS name, indexdef AS definition FROM pg_indexes
    WHERE schemaname = 'jobs' AND tablename = 'jobs' AND indexname <> 'jobs_pkey'`);
  for (const { name } of indexes) await lab.rows(sql`DROP INDEX ${sql.ref(`jobs.${name}`)}`);
  return indexes.map(({ definition }) => definition);
}

async function seed(
  provider: string,
  owner: ReturnType<typeof sql>,
  model: ReturnType<typeof sql>,
): Promise<void> {
  for (let from = 0; from < MILLION; from += MILLION / 10) {
    await sql`
      INSERT INTO jobs.jobs (job_id, account_id, owner_user_id, operation, provider, model, status, request, price_credits,
        price_version, credits_held, variant_index, variant_of, max_attempts, longest_wait_seconds, not_before, created_at)
      SELECT ('00000000-0000-7000-' || ${provider === 'one-user' ? '8000' : '9000'}::text || '-' || lpad(to_hex(n), 12, '0'))::uuid,
        ${ALONE}, ${owner}, 'text-to-video', ${provider}, ${model}, 'queued', '{}', 0, 'v', 0, 1, 1, 3, 600, 'epoch',
        timestamptz '2026-01-01' + make_interval(secs => n)
      FROM generate_series(${from}::int, ${from + MILLION / 10 - 1}::int) AS n`.execute(lab.database.sql);
  }
  await lab.rows(sql`
    INSERT INTO jobs.lane_wakes (provider, owner_user_id, weight)
    SELECT provider, owner_user_id, 1 FROM (
      SELECT DISTINCT provider, owner_user_id FROM jobs.jobs WHERE provider = ${provider}) AS owner`);
}

/** Attempts that ended long ago: a pass must not look at them. */
async function seedHistory(): Promise<void> {
  await lab.rows(sql`
    INSERT INTO jobs.attempts (attempt_id, job_id, owner_user_id, number, provider, model, status, holds_slot, deadline_at, finished_at)
    SELECT gen_random_uuid(), job_id, owner_user_id, 99, provider, model, 'failed', false, now(), now()
    FROM jobs.jobs WHERE provider = 'many-users' LIMIT 50000`);
}

interface Touched {
  readonly started: number;
  readonly more: boolean;
  /** Rows that scans gave, of all tables in the schema. */
  readonly rows: number;
  /** Of these, jobs and attempts that no index led to. */
  readonly sequential: number;
}

/** Runs work in a transaction and counts the rows that its scans gave. Postgres counts for the connection, so a difference is taken. */
async function touching<T>(
  work: (tx: JobsTx) => Promise<T>,
): Promise<T & Pick<Touched, 'rows' | 'sequential'>> {
  return lab.database.run(async (tx) => {
    const before = await counters(tx);
    const result = await work(tx);
    const after = await counters(tx);
    return { ...result, rows: after.rows - before.rows, sequential: after.sequential - before.sequential };
  });
}

async function counters(tx: JobsTx): Promise<{ rows: number; sequential: number }> {
  const { rows } = await sql<{ rows: number; sequential: number }>`
    SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::int AS rows,
      coalesce(sum(seq_tup_read) FILTER (WHERE relname IN ('jobs', 'attempts')), 0)::int AS sequential
    FROM pg_stat_xact_user_tables WHERE schemaname = 'jobs'`.execute(tx.sql);
  return rows[0] ?? { rows: Infinity, sequential: Infinity };
}

function pass(provider: string): Promise<Touched> {
  return touching(async (tx) => {
    const result = await schedulerPass(tx, {
      provider,
      limits: LIMITS,
      credentials: undefined,
      estimate: () => 0,
    });
    if (!result) throw new Error('another pass held the lock');
    return { started: result.started, more: result.more };
  });
}

/** Pages that the heart of a pass looks at, as Postgres itself counts them. */
async function pagesRead(provider: string): Promise<number> {
  const [plan] = await lab.database.run(async (tx) => {
    const now = await lockProvider(tx, provider, LIMITS);
    if (!now) throw new Error('Another pass runs.');
    const query = readyLanesQuery(now, { shared: 50, own: 0 }, []);
    const explained = await sql<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>`
      EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${query}`.execute(tx.sql);
    return explained.rows.map((row) => row['QUERY PLAN'][0].Plan);
  });
  return (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
}

describe('a million jobs of one user', () => {
  it('start with a pass that reads a few rows', async () => {
    const first = await pass('one-user');
    expect(first).toMatchObject({ started: 3, more: false, sequential: 0 });
    expect(first.rows).toBeLessThan(100);
  });

  it('cost next to nothing while the user has as many as allowed', async () => {
    // 19 to 21 as the planner likes: nearly all of them are the few rows of slots, lanes and provider state, read as they lie.
    expect((await pass('one-user')).rows).toBeLessThan(50);
    await lab.end(sql`provider = 'one-user'`);
    const next = await pass('one-user');
    expect(next).toMatchObject({ started: 3, sequential: 0 });
    expect(next.rows).toBeLessThan(100);
  });

  it('are read by index pages that do not grow with them', async () => {
    await lab.end(sql`provider = 'one-user'`);
    await lab.settings('one-user', { concurrency: 0 });
    await pass('one-user');
    expect(await pagesRead('one-user')).toBeLessThan(200);
  });
});

describe('ten jobs each of a hundred thousand users', () => {
  it('become lanes a thousand a pass, and start as many as there are places', async () => {
    let passes = 0;
    let started = 0;
    let last: Touched;
    do {
      last = await pass('many-users');
      expect(last.sequential).toBe(0);
      // A thousand wakes, each read and removed, and what fifty starts cost; small tables are read as they lie.
      expect(last.rows).toBeLessThan(10_000);
      started += last.started;
      passes += 1;
    } while (last.more);
    expect(started).toBe(64);
    expect(passes).toBeLessThan(110);
    const [lanes] = await lab.rows(sql<{ count: number }>`
      SELECT count(*)::int AS count FROM jobs.lanes WHERE provider = 'many-users' AND state = 'ready'`);
    expect(lanes?.count).toBeGreaterThan(USERS - 100);
  });

  it('cost a pass what it starts', async () => {
    await lab.rows(sql`ANALYZE jobs.lanes`);
    await lab.rows(sql`ANALYZE jobs.attempts`);
    for (const count of [1, 5, 40]) {
      await lab.end(sql`attempt_id IN (
        SELECT attempt_id FROM jobs.attempts WHERE provider = 'many-users' AND finished_at IS NULL LIMIT ${count})`);
      const touched = await pass('many-users');
      expect(touched).toMatchObject({ started: count, sequential: 0 });
      expect(touched.rows).toBeLessThan(100 + 25 * count);
    }
    expect(await pagesRead('many-users')).toBeLessThan(3_000);
  });

  it('are repaired in steps that read a bounded number of rows', async () => {
    const { rows } = await touching(async (tx) => ({
      repaired: await repairLanes(tx, 'many-users', LIMITS),
    }));
    expect(rows).toBeLessThan(3_000);
  });
});

it('lets the metrics count a bounded number of them', async () => {
  const registry = createMetrics('test');
  addSchedulerMetrics(registry, lab.database, silentLogger());
  const before = await scanned();
  const text = await registry.metrics();
  expect(text).toMatch(
    new RegExp(`shotloom_queue_jobs\\{[^}]*provider="many-users"[^}]*\\} ${COUNTED_AT_MOST}\n`),
  );
  expect(text).toMatch(/shotloom_queue_oldest_age_seconds\{[^}]*provider="one-user"/);
  expect(text).toMatch(/shotloom_slots_in_use\{[^}]*provider="many-users"[^}]*\} 64\n/);
  expect(text).toMatch(/shotloom_queue_blocked\{[^}]*reason="provider_full"/);
  expect((await scanned()) - before).toBeLessThan(3 * COUNTED_AT_MOST);
});

/** Rows of jobs that scans have given so far, over all connections. */
async function scanned(): Promise<number> {
  const [row] = await lab.rows(sql<{ count: number }>`
    SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS count
    FROM pg_stat_user_tables, pg_stat_force_next_flush() WHERE schemaname = 'jobs' AND relname = 'jobs'`);
  return row?.count ?? 0;
}
