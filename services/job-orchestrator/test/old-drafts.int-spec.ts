import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { OldDrafts } from '../src/sweeps/old-drafts';
import { SchedulingLab } from './scheduling';

jest.setTimeout(60_000);

const DAYS = 30;
let lab: SchedulingLab;
beforeEach(async () => {
  lab = await SchedulingLab.start();
});
afterEach(() => lab.stop());

const drafts = (owner: string, count: number, ageDays: number): Promise<unknown> =>
  lab.rows(sql`
    INSERT INTO jobs.jobs (job_id, account_id, owner_user_id, operation, provider, model, status, held, request, price_credits,
      price_version, credits_held, variant_index, variant_of, max_attempts, longest_wait_seconds, not_before, created_at)
    SELECT gen_random_uuid(), ${owner}, ${owner}, 'text-to-video', 'yunwu', 'm', 'draft', false, '{}', 5, 'v', 0, 1, 1, 3, 600,
      'epoch', clock_timestamp() - make_interval(days => ${ageDays}::int) FROM generate_series(1, ${count}::int)`);

interface Count {
  readonly status: string;
  readonly deleted: boolean;
  readonly count: number;
}
const jobs = (): Promise<Count[]> =>
  lab.rows(sql<Count>`SELECT status, deleted_at IS NOT NULL AS deleted, count(*)::int FROM jobs.jobs
    GROUP BY 1, 2 ORDER BY 1, 2`);

/** Whole rounds over all users until nothing is left to remove; what each step removed. */
async function walk(sweep: OldDrafts, steps: number): Promise<number[]> {
  const removed: number[] = [];
  for (let step = 0; step < steps; step += 1) removed.push(await sweep.step());
  return removed;
}

it('removes what was not run in time, in bounded steps, and tells its owner', async () => {
  await drafts(newId(), 450, DAYS + 1);
  for (let user = 0; user < 60; user += 1) await drafts(newId(), 2, user % 2 === 0 ? DAYS + 1 : DAYS - 1);
  const removed = await walk(new OldDrafts(lab.database, DAYS), 8);
  expect(Math.max(...removed)).toBe(200);
  expect(removed.reduce((sum, count) => sum + count)).toBe(450 + 60);
  expect(await jobs()).toEqual([
    { status: 'cancelled', deleted: true, count: 510 },
    { status: 'draft', deleted: false, count: 60 },
  ]);
  const told = sql<{ events: number }>`SELECT count(*)::int AS events FROM jobs.outbox`;
  expect(await lab.rows(told)).toEqual([{ events: 510 }]);
  const [log] = await lab.rows(sql<{ text: string }>`SELECT text FROM jobs.log ORDER BY seq LIMIT 1`);
  expect(log?.text).toMatch(/30 days/);
});

it('leaves a draft to whoever has it in hand, and comes again', async () => {
  await drafts(newId(), 2, DAYS + 1);
  const sweep = new OldDrafts(lab.database, DAYS);
  await lab.database.run(async (tx) => {
    await sql`SELECT FROM jobs.jobs LIMIT 1 FOR UPDATE`.execute(tx.sql);
    expect(await sweep.step()).toBe(1);
  });
  expect(await sweep.step()).toBe(1);
});

it('is no second end of a draft for two that sweep at once', async () => {
  await drafts(newId(), 100, DAYS + 1);
  const both = await Promise.all([1, 2].map(() => new OldDrafts(lab.database, DAYS).step()));
  expect(both.reduce((sum, count) => sum + count)).toBe(100);
  expect(await jobs()).toEqual([{ status: 'cancelled', deleted: true, count: 100 }]);
});
