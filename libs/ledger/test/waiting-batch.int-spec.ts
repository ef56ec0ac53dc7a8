import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { checkInvariants, getBalance, grant, hold, holdMany } from '@shotloom/ledger';
import { waitFor } from '@shotloom/testing';
import { holdFor, startLedger, type Fixture } from './fixture';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startLedger();
});
afterAll(() => fixture.stop());

async function connectionsThatWait(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(fixture.database.sql);
  return rows[0]?.count ?? 0;
}

it('has the gate of a new account before it waits for another, so that nobody spends from it meanwhile', async () => {
  const { database } = fixture;
  const [fresh, busy] = [newId(), newId()];
  await grant(database.sql, { accountId: busy, amount: 10, reference: newId(), reason: 'test' });
  const [locked, done] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const blocker = database.run(async (tx) => {
    await hold(tx.sql, holdFor(busy, 1));
    locked.resolve();
    await done.promise;
  });
  await locked.promise;
  const batch = database.run((tx) => holdMany(tx.sql, [holdFor(fresh, 10), holdFor(busy, 1)]));
  await waitFor(async () => (await connectionsThatWait()) === 1, {
    what: 'the batch behind the busy account',
  });
  const granted = grant(database.sql, { accountId: fresh, amount: 10, reference: newId(), reason: 'test' });
  await waitFor(async () => (await connectionsThatWait()) === 2, { what: 'the grant behind the batch' });
  done.resolve();
  await blocker;
  expect(await batch).toEqual([{ status: 'insufficient', available: 0 }, { status: 'held' }]);
  expect(await granted).toEqual({ status: 'granted' });
  expect(await getBalance(database.sql, fresh)).toEqual({ available: 10, held: 0 });
  expect(await checkInvariants(database.sql)).toEqual([]);
});
