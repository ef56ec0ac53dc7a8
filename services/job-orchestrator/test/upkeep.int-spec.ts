import { sql } from 'kysely';
import { Client } from 'pg';
import { newId } from '@shotloom/kernel';
import { openDatabase } from '@shotloom/database';
import { grant } from '@shotloom/ledger';
import { silentLogger, waitFor } from '@shotloom/testing';
import { forgetOldKeys } from '../src/jobs/idempotency';
import type { JobsSchema } from '../src/schema/tables';
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

async function wholeWalk(walk: LedgerWalk): Promise<void> {
  while (!(await walk.step()));
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

it('takes smaller steps where one takes too long, passes over a payer who is too much alone, and says so', async () => {
  const database = openDatabase<JobsSchema>({
    url: harness.databaseUrl,
    applicationName: 'walk',
    poolSize: 1,
    statementTimeoutMs: 300,
    logger: silentLogger(),
  });
  try {
    const walk = new LedgerWalk(database, silentLogger());
    const locked = new Client({ connectionString: harness.databaseUrl });
    await locked.connect();
    await locked.query('begin');
    await locked.query('lock table ledger.transfers in access exclusive mode');
    let refused = 0;
    while (walk.unchecked === 0) {
      await walk.step().catch((error: unknown) => {
        expect(error).toMatchObject({ code: '57014' });
        refused += 1;
      });
    }
    // 50, 25, 12, 6 and 3 payers were too many.
    expect(refused).toBe(5);
    await locked.end();
    await wholeWalk(walk);
    expect([walk.unchecked, walk.violations]).toEqual([1, 0]);
    await wholeWalk(walk);
    expect([walk.unchecked, walk.violations]).toEqual([0, 0]);
  } finally {
    await database.close();
  }
});

it('walks on only after a rest many times as long as a step took', async () => {
  let reads = 0;
  const counted = {
    get sql() {
      reads += 1;
      return harness.database.sql;
    },
  };
  const walk = new LedgerWalk(counted, silentLogger());
  await walk.stepWhenDue();
  const first = reads;
  expect(first).toBeGreaterThan(0);
  await walk.stepWhenDue();
  expect(reads).toBe(first);
  await waitFor(
    async () => {
      await walk.stepWhenDue();
      return reads > first;
    },
    { what: 'the next step' },
  );
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
