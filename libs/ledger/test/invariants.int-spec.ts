import { sql, type RawBuilder } from 'kysely';
import { newId } from '@shotloom/kernel';
import type { Database } from '@shotloom/database';
import {
  capture,
  checkInvariants,
  checkInvariantsPage,
  grant,
  hold,
  splitHold,
  type LedgerExecutor,
} from '@shotloom/ledger';
import { holdFor, startLedger, type Fixture } from './fixture';

let fixture: Fixture;
let database: Database<unknown>;
const accountId = newId();
const OPEN = holdFor(accountId, 4, { budgets: [{ key: 'member', period: '2026-11', limit: 100 }] });
const DONE = holdFor(accountId, 3);
const CHILD = newId();
const OWNERS = 7;

beforeAll(async () => {
  fixture = await startLedger();
  database = fixture.database;
  await grant(database.sql, { accountId, amount: 10, reference: newId(), reason: 'test' });
  await hold(database.sql, OPEN);
  await splitHold(database.sql, {
    parentHoldId: OPEN.holdId,
    holdId: CHILD,
    amount: 1,
    reference: newId(),
  });
  await hold(database.sql, DONE);
  await capture(database.sql, { holdId: DONE.holdId, amount: 2 });
  for (let more = 1; more < OWNERS; more += 1) {
    const other = newId();
    await grant(database.sql, { accountId: other, amount: 10, reference: newId(), reason: 'test' });
    const budgets = [{ key: `member-${more}`, period: '2026-11', limit: 100 }];
    await hold(database.sql, holdFor(other, 2, { budgets }));
  }
});
afterAll(() => fixture.stop());

/** All pages of a walk, in steps of `limit`. */
async function walk(ex: LedgerExecutor, limit: number): Promise<{ violations: string[]; pages: number }> {
  const violations: string[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const page = await checkInvariantsPage(ex, { cursor, limit });
    violations.push(...page.violations);
    cursor = page.nextCursor;
    pages += 1;
  } while (cursor !== null);
  return { violations: violations.sort(), pages };
}

class Enough extends Error {}

/** Changes something behind the ledger's back, looks at it in both ways, and takes it back. */
async function lookAt(spoil: RawBuilder<unknown>): Promise<{ whole: string[]; walked: string[] }> {
  const seen: { whole: string[]; walked: string[] } = { whole: [], walked: [] };
  const work = database.run(async (tx) => {
    // What the ledger refuses even to its owner is let through, so that there is something to find.
    await sql`set local session_replication_role = replica`.execute(tx.sql);
    await spoil.execute(tx.sql);
    seen.whole = (await checkInvariants(tx.sql)).sort();
    seen.walked = (await walk(tx.sql, 2)).violations;
    throw new Enough();
  });
  await expect(work).rejects.toBeInstanceOf(Enough);
  return seen;
}

const SPOILT: [string, RawBuilder<unknown>, RegExp][] = [
  [
    'credits from nowhere',
    sql`update ledger.accounts set balance = balance + 1 where owner_id = ${accountId} and kind = 'available'`,
    /balances of owner .* add up to 1 /,
  ],
  [
    'held credits without a hold',
    sql`update ledger.accounts set balance = balance + 1 where owner_id = ${accountId} and kind = 'held'`,
    /has 5 held, open holds are 4/,
  ],
  [
    'a lot that lost some',
    sql`update ledger.lots set remaining = remaining - 1 where owner_id = ${accountId}`,
    /available, lots hold/,
  ],
  [
    'a hold with less in its lots',
    sql`update ledger.hold_lots set amount = amount - 1 where hold_id = ${OPEN.holdId}`,
    /Hold .* names lots of 2/,
  ],
  [
    'a transfer between accounts that are not there',
    sql`insert into ledger.transfers
          (id, owner_id, debit_account_id, credit_account_id, amount, kind, reference)
        values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, 'grant', 'stray')`,
    /which is not there/,
  ],
  [
    'a transfer that was changed',
    sql`update ledger.transfers set amount = amount + 1 where kind = 'capture' and owner_id = ${accountId}`,
    /its transfers are 3 held, 3 captured/,
  ],
  [
    'an end without a resolution',
    sql`update ledger.holds set state = 'released' where id = ${OPEN.holdId}`,
    /is released and its resolution says nothing/,
  ],
  [
    'a resolution of an open hold',
    sql`insert into ledger.resolutions (hold_id, outcome, captured, returned)
        values (${OPEN.holdId}, 'released', 0, 3)`,
    /is open and its resolution says released/,
  ],
  [
    'a budget that forgot',
    sql`update ledger.budgets set spent = spent - 1 where key = 'member'`,
    /Budget member of 2026-11 has 3 spent, its holds give 4/,
  ],
  [
    'a budget that no hold names',
    sql`insert into ledger.budgets (key, period, spent) values ('nobody', '2026-11', 1)`,
    /Budget nobody of 2026-11 has 1 spent, its holds give 0/,
  ],
  [
    'a hold that would not return to its budgets',
    sql`update ledger.holds set budgeted = false where id = ${OPEN.holdId}`,
    /has "budgeted" f and names 1 budgets/,
  ],
  [
    'a child that left the budgets of its parent',
    sql`delete from ledger.hold_budgets where hold_id = ${CHILD}`,
    /does not count against the budgets of its parent/,
  ],
];

it.each(SPOILT)('finds %s, in one read and in a walk', async (_, spoil, sentence) => {
  const { whole, walked } = await lookAt(spoil);
  expect(whole.join('\n')).toMatch(sentence);
  expect(walked).toEqual(whole);
});

it('finds nothing where nothing is wrong, in steps of any size', async () => {
  expect(await checkInvariants(database.sql)).toEqual([]);
  for (const limit of [1, 2, 3, 100]) {
    const { violations, pages } = await walk(database.sql, limit);
    expect(violations).toEqual([]);
    // As many steps over the owners as over the budgets, which are as many.
    expect(pages).toBe(2 * (Math.floor(OWNERS / limit) + 1));
  }
});

it('refuses a cursor that is not one, and a step of nothing', async () => {
  const numbers = Buffer.from('{"owner":7}').toString('base64url');
  for (const cursor of ['nonsense', numbers, '']) {
    const page = checkInvariantsPage(database.sql, { cursor, limit: 1 });
    await expect(page).rejects.toMatchObject({ code: 'invalid_input', fields: [{ field: 'cursor' }] });
  }
  for (const limit of [0, -1, 1.5]) {
    const page = checkInvariantsPage(database.sql, { limit });
    await expect(page).rejects.toMatchObject({ code: 'invalid_input', fields: [{ field: 'limit' }] });
  }
});
