import { sql } from 'kysely';
import { PROVIDERS, type JobStatus, type listJobsRpc, type RpcRequest } from '@shotloom/contracts';
import { listOverdueHolds } from '@shotloom/ledger';
import { newId } from '@shotloom/kernel';
import { createMetrics } from '@shotloom/service-kit';
import { rowsRead, silentLogger } from '@shotloom/testing';
import type { JobsTx } from '../src/jobs/job-changes';
import { listJobs } from '../src/jobs/list-jobs';
import { readCounts } from '../src/ops/stuck-counts';
import { claimPolls } from '../src/planner/claim-polls';
import { addSchedulerMetrics, KEYS_SHOWN } from '../src/scheduler/scheduler-metrics';
import { overdueAttempts } from '../src/sweeps/overdue-attempts';
import { SchedulingLab } from './scheduling';

/** A user of some history with much in flight, of which what runs all the time, and each list, may read only its own part. */
const IN_FLIGHT = 1_000;
const FINISHED = 2_000;
/** Whose time has come. */
const DUE = 5;
const PAGE = 20;
const owner = newId();

let lab: SchedulingLab;
beforeAll(async () => {
  lab = await SchedulingLab.start();
  await seedFinished();
  await seedInFlight();
  await seedHolds();
  await lab.rows(sql`ANALYZE`);
}, 60_000);
afterAll(() => lab.stop());

async function seedFinished(): Promise<void> {
  await lab.rows(sql`
    INSERT INTO jobs.jobs (job_id, account_id, owner_user_id, operation, provider, model, status, request, price_credits, price_version,
      credits_held, variant_index, variant_of, max_attempts, longest_wait_seconds, not_before, created_at, finished_at, output)
    SELECT gen_random_uuid(), ${owner}, ${owner}, 'text-to-video', CASE n % 10 WHEN 0 THEN 'runway' ELSE 'animatic' END, 'm',
      CASE WHEN n % 100 = 1 THEN 'cancelled' ELSE 'completed' END, '{"inputs":[]}', 5, 'v', 0, 1, 1, 3, 600, 'epoch',
      now() - make_interval(secs => n), now(), '{}'
    FROM generate_series(1, ${FINISHED}::int) AS n`);
}

async function seedInFlight(): Promise<void> {
  await lab.rows(sql`
    WITH made AS (
      INSERT INTO jobs.jobs (job_id, account_id, owner_user_id, operation, provider, model, status, request, price_credits,
        price_version, credits_held, variant_index, variant_of, max_attempts, longest_wait_seconds, not_before, active_attempt_id)
      SELECT gen_random_uuid(), ${owner}, ${owner}, 'text-to-video', 'kling', 'm', 'submitted', '{"inputs":[]}', 5,
        'v', 5, 1, 1, 3, 600, 'epoch', gen_random_uuid()
      FROM generate_series(1, ${IN_FLIGHT}::int) RETURNING job_id, active_attempt_id
    ), attempt AS (
      INSERT INTO jobs.attempts (attempt_id, job_id, owner_user_id, number, provider, model, status, kind, credential_id,
        credential_version, due_at, deadline_at, submitted_at)
      SELECT active_attempt_id, job_id, ${owner}, 1, 'kling', 'm', 'submitted', 'poll', ${newId()}, 1,
        now() + CASE WHEN row_number() OVER () <= ${DUE} THEN -interval '1 hour' ELSE interval '1 hour' END,
        now() + interval '1 day', now()
      FROM made RETURNING attempt_id, credential_id, due_at
    )
    INSERT INTO jobs.timers (attempt_id, provider, credential_id, credential_version, next_poll_at)
    SELECT attempt_id, 'kling', credential_id, 1, due_at FROM attempt`);
}

async function seedHolds(): Promise<void> {
  await lab.rows(sql`
    INSERT INTO ledger.holds (id, owner_id, amount, state, reference, price_version, alarm_at)
    SELECT gen_random_uuid(), ${owner}, 5, 'open', n::text, 'v',
      now() + CASE WHEN n <= ${DUE} THEN -interval '1 hour' ELSE interval '1 hour' END
    FROM generate_series(1, ${IN_FLIGHT}::int) AS n`);
}

const reading = (schema: string, call: (tx: JobsTx) => Promise<unknown>): Promise<number> =>
  lab.database.run((tx) =>
    rowsRead(
      (statement) => sql.raw(statement).execute(tx.sql),
      schema,
      () => call(tx),
    ),
  );

describe('with much in flight', () => {
  const kling = PROVIDERS.find(({ id }) => id === 'kling');
  const calls: [string, string, (tx: JobsTx) => Promise<unknown[]>][] = [
    ['what the vendor is to be asked about', 'jobs', (tx) => polls(tx)],
    ['overdue attempts', 'jobs', (tx) => overdueAttempts(tx.sql)],
    ['overdue holds', 'ledger', (tx) => listOverdueHolds(tx.sql, 1_000)],
  ];
  it.each(calls)('%s: it reads what is due and nothing else', async (_, schema, call) => {
    let due: unknown[] = [];
    const read = await reading(schema, async (tx) => (due = await call(tx)));
    expect(due).toHaveLength(DUE);
    expect(read).toBeGreaterThanOrEqual(DUE);
    expect(read).toBeLessThanOrEqual(5 * DUE);
  });

  it('reads for the metrics of operators what does not move and nothing else', async () => {
    const read = await reading('jobs', async (tx) => {
      expect(await readCounts({ sql: tx.sql })).toMatchObject({ overdueAttempts: DUE, overdueHolds: DUE });
    });
    expect(read).toBeLessThanOrEqual(5 * DUE);
  });

  const polls = async (tx: JobsTx): Promise<unknown[]> => {
    if (!kling) throw new Error('There is no kling.');
    const models = { timesOf: () => ({ p50: 60, p95: 120 }) };
    const takeCalls = (_: JobsTx, wanted: ReadonlyMap<string, number>) => Promise.resolve(wanted);
    return [...(await claimPolls(tx, { provider: kling, limit: 500, models, takeCalls, random: () => 0 }))];
  };
});

it('shows of very many keys those that do not work, and a bounded number of them', async () => {
  const registry = createMetrics('test');
  addSchedulerMetrics(registry, lab.database, silentLogger());
  const keys = (count: number, state: string) =>
    lab.rows(sql`
      INSERT INTO jobs.breakers (provider, credential_id, state, reason, retry_at, changed_at)
      SELECT 'kling', gen_random_uuid(), ${state}, CASE ${state} WHEN 'open' THEN 'x' END, CASE ${state} WHEN 'open' THEN now() END,
        now() - interval '2 hours'
      FROM generate_series(1, ${count}::int)`);
  const shown = async (): Promise<number> =>
    [...(await registry.metrics()).matchAll(/^shotloom_breaker_open\{/gm)].length;
  await keys(3, 'open');
  await keys(2_000, 'closed');
  expect(await shown()).toBe(3);
  await keys(2_000, 'open');
  expect(await shown()).toBe(KEYS_SHOWN);
});

describe('a list of jobs', () => {
  type Filter = Omit<RpcRequest<typeof listJobsRpc>, 'userId' | 'limit'>;
  const filters: [string, Filter, number][] = [
    ['all', {}, PAGE],
    ['what failed, which is nothing', { statuses: ['failed'] }, 0],
    ['what was cancelled', { statuses: ['cancelled'] }, PAGE],
    ['what failed or was cancelled', { statuses: ['failed', 'cancelled'] }, PAGE],
    ['what is under way', { statuses: ['queued', 'submitted', 'processing', 'storing'] }, PAGE],
    ['everything by its status', { statuses: ['submitted', 'completed', 'cancelled'] }, PAGE],
    ['a provider that was never asked', { provider: 'sora', statuses: ['completed', 'failed'] }, 0],
    ['a provider that was asked rarely', { provider: 'runway', statuses: ['completed'] }, PAGE],
    ['a provider and a status that do not meet', { provider: 'runway', statuses: ['cancelled'] }, 0],
    ['a time before all', { statuses: ['completed'], createdBefore: '2020-01-01T00:00:00Z' }, 0],
  ];
  const cases = filters.flatMap(([what, filter, size]) =>
    (['newest', 'oldest'] as const).map((order) => [what, order, filter, size] as const),
  );
  it.each(cases)('of %s, the %s first: it reads about a page', async (_, order, filter, size) => {
    let found = 0;
    const read = await reading('jobs', async (tx) => {
      const { jobs } = await listJobs(tx.sql, { userId: owner, limit: PAGE, order, ...filter });
      found = jobs.length;
    });
    expect(found).toBe(size);
    // Of each provider and status a page at the most, and then those that are shown, with their attempts.
    expect(read).toBeLessThanOrEqual(10 * PAGE);
  });

  it('goes page by page through all that matches, each once and in order', async () => {
    const statuses: JobStatus[] = ['submitted', 'cancelled', 'completed'];
    for (const order of ['newest', 'oldest'] as const) {
      const seen: { jobId: string; createdAt: string }[] = [];
      let cursor: string | undefined;
      do {
        const page = await listJobs(lab.database.sql, { userId: owner, limit: 100, order, statuses, cursor });
        seen.push(...page.jobs);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(new Set(seen.map(({ jobId }) => jobId)).size).toBe(FINISHED + IN_FLIGHT);
      const times = seen.map(({ createdAt }) => createdAt);
      expect(times).toEqual(order === 'oldest' ? times.toSorted() : times.toSorted().toReversed());
    }
  });
});
