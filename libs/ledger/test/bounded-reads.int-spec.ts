import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import {
  checkInvariantsPage,
  expireLots,
  getBalance,
  grant,
  hold,
  holdMany,
  listOverdueHolds,
  readBudget,
  resolveMany,
  type LedgerExecutor,
} from '@shotloom/ledger';
import { holdFor, startLedger, type Fixture } from './fixture';

/** A ledger of some history, of which each call may read only its own part: the server counts the rows that it read. */
const OWNERS = 60;
const HOLDS_OF_EACH = 50;
const DUE = 40;
const accounts = Array.from({ length: OWNERS }, () => newId());
const PERIOD = '2026-11';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startLedger();
  const { sql: db } = fixture.database;
  const alarmAt = new Date(Date.now() - 60_000);
  for (const [index, accountId] of accounts.entries()) {
    const common = { accountId, reason: 'test' };
    await grant(db, { ...common, amount: 1_000_000, reference: newId() });
    const budgets = [{ key: `member-${index}`, period: PERIOD, limit: 1_000_000 }];
    const requests = Array.from({ length: HOLDS_OF_EACH }, (_, each) =>
      holdFor(accountId, 1, { budgets, alarmAt: each === 0 ? alarmAt : undefined }),
    );
    await holdMany(db, requests);
    const ends = requests.slice(HOLDS_OF_EACH / 2);
    await resolveMany(
      db,
      ends.map(({ holdId }) => ({ holdId, outcome: 'captured', amount: 1 })),
    );
    if (index < DUE) await grant(db, { ...common, amount: 1, reference: newId(), expiresAt: alarmAt });
  }
  await sql`analyze`.execute(db);
}, 60_000);
afterAll(() => fixture.stop());

/** Rows that this connection has read and not yet reported, from the tables that grow with the ledger's history. */
async function rowsOfConnection(ex: LedgerExecutor): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as count
    from pg_stat_xact_user_tables
    where schemaname = 'ledger' and relname in
      ('holds', 'hold_lots', 'hold_budgets', 'resolutions', 'transfers', 'lots', 'budgets')`.execute(ex);
  return rows[0]?.count ?? 0;
}

async function rowsRead(call: (ex: LedgerExecutor) => Promise<unknown>): Promise<number> {
  return fixture.database.run(async (tx) => {
    // A small table is read whole because that is cheaper; here it shall be seen whether there is another way.
    await sql`set local enable_seqscan = off`.execute(tx.sql);
    await sql`set local enable_hashjoin = off`.execute(tx.sql);
    await sql`set local enable_mergejoin = off`.execute(tx.sql);
    await sql`discard plans`.execute(tx.sql);
    const before = await rowsOfConnection(tx.sql);
    await call(tx.sql);
    return (await rowsOfConnection(tx.sql)) - before;
  });
}

const [first = '', second = ''] = accounts;
const calls: [string, (ex: LedgerExecutor) => Promise<unknown>, number][] = [
  ['the balance', (ex) => getBalance(ex, first), 10],
  ['a budget', (ex) => readBudget(ex, 'member-1', PERIOD), 1],
  ['ten overdue holds', (ex) => listOverdueHolds(ex, 10), 10],
  ['a hold', (ex) => hold(ex, holdFor(second, 1)), 20],
  ['the write-off of ten owners', (ex) => expireLots(ex, { limit: 10 }), 100],
  // All of what two owners have is read a few times over, and nothing of the others.
  ['a step over two owners', (ex) => checkInvariantsPage(ex, { limit: 2 }), 2 * HOLDS_OF_EACH * 20],
];

it.each(calls)('%s is read from its own part of the ledger', async (_, call, most) => {
  const read = await rowsRead(call);
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThanOrEqual(most);
});

it('a step over the budgets reads the holds that count against them', async () => {
  const owners = await checkInvariantsPage(fixture.database.sql, { limit: OWNERS + 1 });
  const cursor = owners.nextCursor;
  const read = await rowsRead((ex) => checkInvariantsPage(ex, { cursor, limit: 2 }));
  expect(read).toBeGreaterThanOrEqual(2 * HOLDS_OF_EACH);
  expect(read).toBeLessThanOrEqual(2 * HOLDS_OF_EACH * 3);
});
