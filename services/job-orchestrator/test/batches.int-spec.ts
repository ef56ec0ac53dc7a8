import {
  acceptBatchRpc,
  bringBatchRowsRpc,
  cancelBatchRpc,
  getBatchRpc,
  listBatchesRpc,
  listJobsRpc,
  openBatchRpc,
  type BatchOrder,
  type RpcRequest,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { getBalance } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import { forgetUnfinishedBatches } from '../src/batches/collect-batch';
import { Harness, VIDEO, type User } from './harness';

jest.setTimeout(120_000);

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start();
});
afterAll(() => harness.stop());

type Idempotency = RpcRequest<typeof openBatchRpc>['idempotency'];
const order = (videos = 1, credits = 5): BatchOrder => ({
  request: VIDEO,
  price: { credits, version: '2026-11-01' },
  jobIds: Array.from({ length: videos }, newId),
  metadata: {},
  fallback: [],
});
const open = (user: User, idempotency: Idempotency = null, batchId = newId()) =>
  harness.bus.request(openBatchRpc, { ...user, batchId, idempotency, name: 'takes' });
const bring = (user: User, batchId: string, orders: readonly BatchOrder[], from = 0) =>
  harness.bus.request(bringBatchRowsRpc, {
    batchId,
    userId: user.userId,
    rows: orders.map((one, index) => ({ row: from + index, key: `k${from + index}`, order: one })),
  });
const accept = (
  user: User,
  batchId: string,
  rows: number,
  more: Partial<RpcRequest<typeof acceptBatchRpc>> = {},
) => {
  const { weight, budgets, limits } = harness.request(user);
  return harness.bus.request(acceptBatchRpc, {
    ...{ ...user, batchId, rows, weight, budgets, limits, idempotency: null },
    ...more,
  });
};
const get = ({ userId }: User, batchId: string) => harness.bus.request(getBatchRpc, { userId, batchId });
const jobsOf = async ({ userId }: User) =>
  (await harness.bus.request(listJobsRpc, { userId, limit: 100 })).jobs;
const balance = ({ accountId }: User) => getBalance(harness.database.sql, accountId);

async function ordered(user: User, orders: readonly BatchOrder[]): Promise<string> {
  const { batchId } = await open(user);
  await bring(user, batchId, orders);
  await accept(user, batchId, orders.length);
  return batchId;
}

describe('a batch', () => {
  it('is accepted as a whole, with one hold for each video, and its jobs run', async () => {
    const user = await harness.user(1_000);
    const orders = [order(), order(2)];
    const { batchId } = await open(user);
    await bring(user, batchId, orders);
    expect(await jobsOf(user)).toEqual([]);
    expect((await get(user, batchId)).batch).toBeNull();
    const { batch, replayed } = await accept(user, batchId, 2);
    expect(replayed).toBe(false);
    expect(batch).toMatchObject({ name: 'takes', rows: 2, videos: 3, priceCredits: 15, creditsHeld: 15 });
    expect(await balance(user)).toMatchObject({ available: 985, held: 15 });
    const { rows } = await get(user, batchId);
    expect(rows).toEqual(orders.map(({ jobIds }, row) => ({ row, key: `k${row}`, jobIds })));
    await Promise.all(orders.flatMap(({ jobIds }) => jobIds.map((jobId) => harness.offered(jobId))));
    const again = await accept(user, batchId, 2);
    expect(again.replayed).toBe(true);
    expect(await balance(user)).toMatchObject({ available: 985, held: 15 });
  });

  it('of a thousand rows is one transaction', async () => {
    const user = await harness.user(10_000);
    const { batchId } = await open(user);
    for (let from = 0; from < 1_000; from += 100) {
      await bring(
        user,
        batchId,
        Array.from({ length: 100 }, () => order()),
        from,
      );
    }
    const { batch } = await accept(user, batchId, 1_000);
    expect(batch).toMatchObject({ rows: 1_000, videos: 1_000, creditsHeld: 5_000 });
    expect(await balance(user)).toMatchObject({ available: 5_000, held: 5_000 });
    await harness.bus.request(cancelBatchRpc, { userId: user.userId, batchId });
  });

  it('that cannot be paid leaves nothing: no job, no hold, no batch, and a key that is free', async () => {
    const user = await harness.user(12);
    const idempotency = { route: 'POST /api/v1/batches', key: newId(), bodyHash: 'a' };
    const { batchId } = await open(user, idempotency);
    await bring(user, batchId, [order(), order(2)]);
    await expect(accept(user, batchId, 2, { idempotency })).rejects.toMatchObject({
      code: 'insufficient_credits',
      details: { needed_credits: 15, available_credits: 12 },
    });
    expect(await jobsOf(user)).toEqual([]);
    expect(await balance(user)).toMatchObject({ available: 12, held: 0 });
    const next = await open(user, { ...idempotency, bodyHash: 'b' });
    expect(next).toMatchObject({ accepted: false, replayed: false });
    await bring(user, next.batchId, [order(1, 20), order()]);
    await expect(accept(user, next.batchId, 2)).rejects.toMatchObject({ code: 'insufficient_credits' });
    expect(await balance(user)).toMatchObject({ available: 12, held: 0 });
  });

  it('counts against the hour of its user as a whole', async () => {
    const user = await harness.user(1_000);
    const { limits } = harness.request(user);
    const { batchId } = await open(user);
    await bring(user, batchId, [order(2), order(2)]);
    await expect(
      accept(user, batchId, 2, { limits: { ...limits, generationsPerHour: 3 } }),
    ).rejects.toMatchObject({ code: 'rate_limited', details: { limit_per_hour: 3 } });
    expect(await jobsOf(user)).toEqual([]);
    expect(await balance(user)).toMatchObject({ held: 0 });
  });

  it('goes on where its caller died: the key gives the same batch, and a row that is there stays', async () => {
    const user = await harness.user(1_000);
    const idempotency = { route: 'POST /api/v1/batches', key: newId(), bodyHash: 'a' };
    const { batchId } = await open(user, idempotency);
    const first = order();
    await bring(user, batchId, [first]);
    await expect(accept(user, batchId, 2, { idempotency })).rejects.toMatchObject({ code: 'unavailable' });
    const again = await open(user, idempotency);
    expect(again).toEqual({ batchId, accepted: false, replayed: true });
    await bring(user, batchId, [order(), order()]);
    await accept(user, batchId, 2, { idempotency });
    expect((await get(user, batchId)).rows[0]?.jobIds).toEqual(first.jobIds);
    expect(await open(user, idempotency)).toEqual({ batchId, accepted: true, replayed: true });
    await expect(open(user, { ...idempotency, bodyHash: 'b' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(bring(user, batchId, [order()], 2)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('that two callers accept at once is accepted once', async () => {
    const user = await harness.user(1_000);
    const { batchId } = await open(user);
    await bring(user, batchId, [order(), order()]);
    const answers = await Promise.all([accept(user, batchId, 2), accept(user, batchId, 2)]);
    expect(answers.map(({ replayed }) => replayed).toSorted()).toEqual([false, true]);
    expect(await balance(user)).toMatchObject({ held: 10 });
  });

  it('tells its progress, and is cancelled as a whole', async () => {
    const user = await harness.user(1_000);
    const orders = [order(), order(), order()];
    const batchId = await ordered(user, orders);
    const [jobId = ''] = orders[0]?.jobIds ?? [];
    const work = await harness.offered(jobId);
    await harness.begin(work);
    await waitFor(async () => (await harness.job(user, jobId)).status === 'processing', {
      what: 'a job to run',
    });
    expect((await get(user, batchId)).batch?.states).toMatchObject({ processing: 1 });
    const stopped = await harness.bus.request(cancelBatchRpc, { userId: user.userId, batchId });
    expect(stopped).toEqual({ cancelled: 2, cancelling: 1, more: false });
    expect((await get(user, batchId)).batch).toMatchObject({
      states: { processing: 1, cancelled: 2 },
      progress: 66,
      creditsHeld: 5,
      finishedAt: null,
    });
  });

  it('is listed newest first, page by page, to its owner alone', async () => {
    const [user, stranger] = [await harness.user(1_000), await harness.user(1_000)];
    const ids = [await ordered(user, [order()]), await ordered(user, [order()])];
    await open(user);
    const { userId } = user;
    const first = await harness.bus.request(listBatchesRpc, { userId, limit: 1 });
    expect(first.batches.map(({ batchId }) => batchId)).toEqual([ids[1]]);
    const cursor = first.nextCursor ?? '';
    const second = await harness.bus.request(listBatchesRpc, { userId, limit: 1, cursor });
    expect([second.batches.map(({ batchId }) => batchId), second.nextCursor]).toEqual([[ids[0]], null]);
    const batchId = ids[0] ?? '';
    expect(
      (await harness.bus.request(listBatchesRpc, { userId: stranger.userId, limit: 1 })).batches,
    ).toEqual([]);
    expect(await get(stranger, batchId)).toEqual({ batch: null, rows: [] });
    for (const attempt of [
      () => accept(stranger, batchId, 1),
      () => bring(stranger, batchId, [order()]),
      () => harness.bus.request(cancelBatchRpc, { userId: stranger.userId, batchId }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  it('that is never finished is forgotten after an hour', async () => {
    const user = await harness.user(1_000);
    const [old, young] = [await open(user), await open(user)];
    const accepted = await ordered(user, [order()]);
    await bring(user, old.batchId, [order()]);
    await harness.database.sql
      .updateTable('jobs.batches')
      .set({ created_at: new Date(Date.now() - 3_700_000) })
      .where('batch_id', 'in', [old.batchId, accepted])
      .execute();
    await forgetUnfinishedBatches(harness.database);
    const left = await harness.database.sql
      .selectFrom('jobs.batches')
      .select('batch_id')
      .where('owner_user_id', '=', user.userId)
      .execute();
    expect(left.map(({ batch_id: id }) => id).toSorted()).toEqual([young.batchId, accepted].toSorted());
    await expect(bring(user, old.batchId, [order()])).rejects.toMatchObject({ code: 'not_found' });
  });
});
