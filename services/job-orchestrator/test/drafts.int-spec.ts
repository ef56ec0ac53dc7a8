import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import {
  cancelJobRpc,
  createDraftsRpc,
  deleteJobRpc,
  getJobsRpc,
  jobStatesRpc,
  runDraftsRpc,
  stopAllJobsRpc,
  type RpcRequest,
} from '@shotloom/contracts';
import { getBalance } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import { checkAll } from '../src/ops/invariants/check-all';
import { MOST_DRAFTS } from '../src/drafts/create-drafts';
import { Harness, VIDEO, type User } from './harness';

jest.setTimeout(60_000);

const PRICE = { credits: 5, version: '2026-11-01' };
let harness: Harness;
let user: User;

beforeAll(async () => {
  harness = await Harness.start();
  // Two at it: what one lets go on, the other must not let go on too.
  await harness.replica();
});
afterAll(() => harness.stop());
beforeEach(async () => {
  user = await harness.user(100);
});

type Create = RpcRequest<typeof createDraftsRpc>;
const drafts = async (count: number, more: Partial<Create> = {}): Promise<string[]> => {
  const draft = { request: VIDEO, price: PRICE, metadata: { shot: '1.0' } };
  const { jobIds } = await harness.bus.request(createDraftsRpc, {
    ...user,
    idempotency: null,
    weight: 1,
    drafts: [{ ...draft, jobIds: Array.from({ length: count }, () => newId()) }],
    ...more,
  });
  return jobIds;
};
type Run = RpcRequest<typeof runDraftsRpc>;
const runOf = (jobIds: readonly string[], more: Partial<Run> = {}): Run => {
  const { idempotency, weight, budgets, limits } = harness.request(user);
  return {
    ...{ ...user, idempotency, weight, budgets, limits, setId: newId(), maxConcurrent: 2 },
    items: jobIds.map((jobId) => ({ jobId, price: PRICE })),
    ...more,
  };
};
const run = (jobIds: readonly string[], more: Partial<Run> = {}) =>
  harness.bus.request(runDraftsRpc, runOf(jobIds, more));
const states = async (jobIds: string[]): Promise<string[]> => {
  const { states: found } = await harness.bus.request(jobStatesRpc, { userId: user.userId, jobIds });
  return found.map(({ status }) => status);
};
const balance = async (): Promise<{ available: number; held: number }> => {
  const { available, held } = await getBalance(harness.database.sql, user.accountId);
  return { available, held };
};
const attemptsOf = async (jobIds: string[]): Promise<number> => {
  const { rows } = await sql<{ count: number }>`SELECT count(*)::int AS count FROM jobs.attempts
    WHERE job_id = ANY (${jobIds}::uuid[]) AND finished_at IS NULL`.execute(harness.database.sql);
  return rows[0]?.count ?? 0;
};
const underWay = (jobIds: string[], count: number): Promise<unknown> =>
  waitFor(async () => (await attemptsOf(jobIds)) === count, {
    timeoutMs: 10_000,
    what: `${count} of the set to be under way`,
  });
const cancel = (jobId: string) => harness.bus.request(cancelJobRpc, { userId: user.userId, jobId });

describe('a draft', () => {
  it('holds nothing, is not scheduled, and shares everything with its variants but the seed', async () => {
    const ids = await drafts(3);
    expect(await states(ids)).toEqual(['draft', 'draft', 'draft']);
    const { jobs } = await harness.bus.request(getJobsRpc, { userId: user.userId, jobIds: ids });
    expect(jobs.map(({ request: { seed } }) => seed)).toEqual([VIDEO.seed, VIDEO.seed + 1, VIDEO.seed + 2]);
    expect(jobs.map(({ request: { prompt } }) => prompt)).toEqual(ids.map(() => VIDEO.prompt));
    // A job that is accepted later is offered; a pass has been there, and left the drafts alone.
    await harness.offered((await harness.accept(user)).jobId);
    expect(await attemptsOf(ids)).toBe(0);
    expect(await balance()).toEqual({ available: 95, held: 5 });
  });

  it('is left alone by a stop of everything, and can be deleted without ever having had a hold', async () => {
    const [id = ''] = await drafts(1);
    await harness.bus.request(stopAllJobsRpc, { userId: user.userId });
    expect(await states([id])).toEqual(['draft']);
    await harness.bus.request(deleteJobRpc, { userId: user.userId, jobId: id });
    expect(await states([id])).toEqual([]);
    expect(await balance()).toEqual({ available: 100, held: 0 });
    expect((await checkAll(harness, { keepPerRule: 10 })).violations).toEqual([]);
  });

  it('is made once for an Idempotency-Key, and there are not more than a bound of them', async () => {
    const idempotency = { route: 'POST /api/yunwu/tasks', key: newId(), bodyHash: 'a' };
    const first = await drafts(2, { idempotency });
    expect(await drafts(2, { idempotency })).toEqual(first);
    const other = drafts(2, { idempotency: { ...idempotency, bodyHash: 'b' } });
    await expect(other).rejects.toMatchObject({ code: 'conflict' });
    await sql`
      INSERT INTO jobs.jobs SELECT copy.* FROM generate_series(3, ${MOST_DRAFTS}::int) AS n, LATERAL (
        SELECT (jsonb_populate_record(job, jsonb_build_object('job_id', gen_random_uuid()))).* FROM jobs.jobs AS job
        WHERE job.job_id = ${first[0]} AND n > 0) AS copy`.execute(harness.database.sql);
    await expect(drafts(1)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a set', () => {
  it('is held at once, never has more under way than it may, and fills a place that becomes free', async () => {
    const ids = await drafts(5);
    expect(await run(ids)).toEqual({ jobIds: ids, replayed: false });
    expect(await states(ids)).toEqual(ids.map(() => 'queued'));
    expect(await balance()).toEqual({ available: 75, held: 25 });
    await underWay(ids, 2);
    // The user has a third place at this provider, which is for what is not of the set.
    await harness.offered((await harness.accept(user)).jobId);
    expect(await attemptsOf(ids)).toBe(2);
    for (const id of ids.slice(0, 2)) await cancel(id);
    await underWay(ids, 2);
    expect((await states(ids)).slice(0, 2)).toEqual(['cancelled', 'cancelled']);
    for (const id of ids.slice(2, 4)) await cancel(id);
    await underWay(ids, 1);
    await cancel(ids[4] ?? '');
    expect(await balance()).toEqual({ available: 95, held: 5 });
    await waitFor(async () => (await openSets()) === 0, { what: 'the set to be closed' });
    expect((await checkAll(harness, { keepPerRule: 10 })).violations).toEqual([]);
  });

  it('lets a job of it that waits be cancelled, and goes on with the one behind it', async () => {
    const ids = await drafts(3);
    await run(ids, { maxConcurrent: 1 });
    await underWay(ids, 1);
    await cancel(ids[1] ?? '');
    await cancel(ids[0] ?? '');
    await harness.offered(ids[2] ?? '');
    expect(await attemptsOf(ids)).toBe(1);
  });

  it('is run wholly or not at all', async () => {
    const ids = await drafts(3);
    const dear = ids.map((jobId) => ({ jobId, price: { credits: 40, version: 'new' } }));
    await expect(run(ids, { items: dear })).rejects.toMatchObject({
      code: 'insufficient_credits',
      details: { needed_credits: 120, available_credits: 100 },
    });
    await expect(run([...ids, newId()])).rejects.toMatchObject({ code: 'not_found' });
    const limits = { ...harness.request(user).limits, generationsPerHour: 2 };
    await expect(run(ids, { limits })).rejects.toMatchObject({ code: 'rate_limited' });
    expect(await states(ids)).toEqual(['draft', 'draft', 'draft']);
    expect(await balance()).toEqual({ available: 100, held: 0 });
    const idempotency = { route: 'POST /api/yunwu/tasks/run-concurrent', key: newId(), bodyHash: 'a' };
    await run(ids, { idempotency });
    expect(await run(ids, { idempotency })).toEqual({ jobIds: ids, replayed: true });
    await expect(run(ids)).rejects.toMatchObject({ code: 'conflict' });
    expect(await balance()).toEqual({ available: 85, held: 15 });
  });

  it('is paid by the account that runs it, and its videos are that account’s, whoever was to pay for the drafts', async () => {
    const [id = ''] = await drafts(1);
    const team = await harness.user(50);
    await run([id], { accountId: team.accountId });
    const { accountId } = await harness.job(user, id);
    expect(accountId).toBe(team.accountId);
    expect(await balance()).toEqual({ available: 100, held: 0 });
    await harness.offered(id);
    const state = harness.events.findLast((event) => event.jobId === id);
    expect(state).toMatchObject({ status: 'queued', accountId: team.accountId });
  });

  it('is nothing that another user can run, read or count', async () => {
    const ids = await drafts(2);
    const stranger = await harness.user(100);
    await expect(run(ids, stranger)).rejects.toMatchObject({ code: 'not_found' });
    const question = { userId: stranger.userId, jobIds: ids };
    expect(await harness.bus.request(jobStatesRpc, question)).toEqual({ states: [] });
    expect(await harness.bus.request(getJobsRpc, question)).toEqual({ jobs: [] });
    expect(await states(ids)).toEqual(['draft', 'draft']);
  });
});

async function openSets(): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*)::int AS count FROM jobs.job_sets
    WHERE owner_user_id = ${user.userId} AND open`.execute(harness.database.sql);
  return rows[0]?.count ?? 0;
}
