import { sql } from 'kysely';
import { acceptBatchRpc, bringBatchRowsRpc, Catalogue, openBatchRpc } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { checkInvariants, getBalance } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import { acceptBatch } from '../src/batches/accept-batch';
import { forgetBatch, forgetUnfinishedBatches } from '../src/batches/collect-batch';
import { claimKeys } from '../src/jobs/accept-keys';
import { forgetOldKeys } from '../src/jobs/idempotency';
import { Harness, VIDEO, type User } from './harness';

/** What is cleared away must not be what somebody has just taken into use: an order would be taken for a new one, and paid twice. */
jest.setTimeout(60_000);

let harness: Harness;
beforeAll(async () => {
  // Its own sweep is far away, so that only the test's runs.
  harness = await Harness.start({ SWEEP_MS: 600_000 });
});
afterAll(async () => {
  expect(await checkInvariants(harness.database.sql)).toEqual([]);
  await harness.stop();
});

const key = () => ({ route: 'POST /api/v1/batches', key: newId(), bodyHash: 'a' });
const catalogue = new Catalogue(new Set(['animatic']));

/** A batch of one row that can be accepted. */
async function collected(user: User, idempotency = key()) {
  const batchId = newId();
  await harness.bus.request(openBatchRpc, { ...user, batchId, idempotency, name: 'takes' });
  const price = { credits: 5, version: '2026-11-01' };
  const order = { request: VIDEO, price, jobIds: [newId()], metadata: {}, fallback: [] };
  const { userId } = user;
  await harness.bus.request(bringBatchRowsRpc, { batchId, userId, rows: [{ row: 0, key: 'k', order }] });
  const { weight, budgets, limits } = harness.request(user);
  return { ...user, batchId, rows: 1, weight, budgets, limits, idempotency };
}

const openAgain = (user: User, idempotency: ReturnType<typeof key>) =>
  harness.bus.request(openBatchRpc, { ...user, batchId: newId(), idempotency, name: 'takes' });

/** Until somebody waits for a lock that the test holds. */
async function blocked(): Promise<void> {
  const waiting = async (): Promise<boolean> => {
    const { rows } = await sql<{ pid: number }>`
      SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(harness.database.sql);
    return rows.length > 0;
  };
  await waitFor(waiting, { what: 'somebody to wait for a lock' });
}

it('of two callers the one that was refused does not free the key of what the other has accepted', async () => {
  const user = await harness.user(100);
  const request = await collected(user);
  // The first was refused a moment ago, when there were no credits yet; it forgets in a transaction of its own.
  await harness.bus.request(acceptBatchRpc, request);
  await harness.database.run((tx) => forgetBatch(tx, request));
  expect(await openAgain(user, request.idempotency)).toEqual({
    ...{ batchId: request.batchId, accepted: true, replayed: true },
  });
  expect(await getBalance(harness.database.sql, user.accountId)).toMatchObject({ available: 95, held: 5 });
});

it('a batch that is accepted while old ones are forgotten stays, with its key', async () => {
  const user = await harness.user(100);
  const request = await collected(user);
  await sql`UPDATE jobs.batches SET created_at = now() - interval '2 hours'
    WHERE batch_id = ${request.batchId}`.execute(harness.database.sql);
  let forgotten: Promise<void> | undefined;
  await harness.database.run(async (tx) => {
    await acceptBatch(tx, catalogue, request);
    forgotten = forgetUnfinishedBatches(harness.database);
    await blocked();
  });
  await forgotten;
  expect(await openAgain(user, request.idempotency)).toEqual({
    ...{ batchId: request.batchId, accepted: true, replayed: true },
  });
});

it('a key that is taken into use again while old ones are forgotten stays', async () => {
  const user = await harness.user(100);
  const keyed = { ...user, idempotency: key(), jobIds: [newId()] };
  await harness.database.run((tx) => claimKeys(tx, [keyed]));
  await sql`UPDATE jobs.idempotency_keys SET created_at = now() - interval '25 hours'
    WHERE key = ${keyed.idempotency.key}`.execute(harness.database.sql);
  const again = { ...keyed, jobIds: [newId()] };
  let forgotten: Promise<void> | undefined;
  await harness.database.run(async (tx) => {
    expect((await claimKeys(tx, [again])).size).toBe(0);
    forgotten = forgetOldKeys(harness.database);
    await blocked();
  });
  await forgotten;
  const known = await harness.database.run((tx) => claimKeys(tx, [{ ...again, jobIds: [newId()] }]));
  expect([...known.values()]).toEqual([{ bodyHash: 'a', jobIds: again.jobIds }]);
});
