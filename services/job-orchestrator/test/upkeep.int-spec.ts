import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { grant } from '@shotloom/ledger';
import { silentLogger } from '@shotloom/testing';
import { forgetOldKeys } from '../src/jobs/idempotency';
import { LedgerWalk } from '../src/sweeps/ledger-walk';
import { Harness } from './harness';

jest.setTimeout(60_000);

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start();
});
afterAll(() => harness.stop());

async function walkOnce(walk: LedgerWalk, steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) await walk.step();
}

it('finds in a walk of steps what does not add up, and says so until a whole walk finds it mended', async () => {
  const { sql: database } = harness.database;
  const owners = Array.from({ length: 70 }, newId);
  for (const accountId of owners) {
    await grant(database, { accountId, amount: 5, reference: `g-${accountId}`, reason: 'test' });
  }
  const walk = new LedgerWalk(harness.database, silentLogger());
  // Two steps of payers and one of budgets are a whole walk.
  await walkOnce(walk, 3);
  expect(walk.violations).toBe(0);
  const add = (amount: number) =>
    sql`UPDATE ledger.accounts SET balance = balance + ${amount}
      WHERE kind = 'available' AND owner_id = ${owners[0]}`.execute(database);
  await add(1);
  await walkOnce(walk, 3);
  expect(walk.violations).toBeGreaterThan(0);
  await add(-1);
  await walkOnce(walk, 1);
  expect(walk.violations).toBeGreaterThan(0);
  await walkOnce(walk, 2);
  expect(walk.violations).toBe(0);
});

it('forgets every key that is past its day, and no other', async () => {
  const { sql: database } = harness.database;
  await sql`INSERT INTO jobs.idempotency_keys (owner_user_id, route, key, body_hash, job_ids, created_at)
    SELECT gen_random_uuid(), '/generate', 'k' || n, 'h', '{}', now() - make_interval(hours => CASE WHEN n <= 2500 THEN 25 ELSE 23 END)
    FROM generate_series(1, 2600) AS n`.execute(database);
  await forgetOldKeys(harness.database);
  const { rows } = await sql<{
    left: number;
  }>`SELECT count(*)::int AS left FROM jobs.idempotency_keys`.execute(database);
  expect(rows).toEqual([{ left: 100 }]);
});
