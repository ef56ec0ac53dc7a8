import { newId } from '@shotloom/kernel';
import type { Database } from '@shotloom/database';
import {
  capture,
  chargeBack,
  checkInvariants,
  getBalance,
  grant,
  hold,
  release,
  resolveMany,
} from '@shotloom/ledger';
import { holdFor, rawBalances, startLedger, type Fixture } from './fixture';

let fixture: Fixture;
let database: Database<unknown>;
beforeAll(async () => {
  fixture = await startLedger(20);
  database = fixture.database;
});
afterAll(() => fixture.stop());
afterEach(async () => expect(await checkInvariants(database.sql)).toEqual([]));

const payer = async (amount: number): Promise<string> => {
  const accountId = newId();
  await grant(database.sql, { accountId, amount, reference: newId(), reason: 'purchase' });
  return accountId;
};

describe('chargeBack', () => {
  it('takes what is there, leaves the rest as debt, and the next grant pays it', async () => {
    const accountId = await payer(100);
    const spent = holdFor(accountId, 70);
    await hold(database.sql, spent);
    await capture(database.sql, { holdId: spent.holdId, amount: 70 });
    const dispute = { accountId, amount: 100, reference: newId(), reason: 'dispute' };
    expect(await chargeBack(database.sql, dispute)).toEqual({ status: 'charged_back', taken: 30, owed: 70 });
    expect(await chargeBack(database.sql, dispute)).toEqual({ status: 'already' });
    await grant(database.sql, { accountId, amount: 50, reference: newId(), reason: 'purchase' });
    expect(await getBalance(database.sql, accountId)).toEqual({ available: 0, held: 0 });
    await grant(database.sql, { accountId, amount: 50, reference: newId(), reason: 'purchase' });
    expect(await getBalance(database.sql, accountId)).toEqual({ available: 30, held: 0 });
  });
});

describe('what comes back to a payer with a debt', () => {
  /** Everything is set aside in two holds when the money goes back. */
  async function disputed(): Promise<{ accountId: string; first: string; second: string }> {
    const accountId = await payer(100);
    const [first, second] = [holdFor(accountId, 70), holdFor(accountId, 30)];
    for (const request of [first, second]) await hold(database.sql, request);
    const dispute = { accountId, amount: 100, reference: newId(), reason: 'dispute' };
    expect(await chargeBack(database.sql, dispute)).toMatchObject({ taken: 0, owed: 100 });
    return { accountId, first: first.holdId, second: second.holdId };
  }

  it('pays it before anything can be spent', async () => {
    const { accountId, first, second } = await disputed();
    expect(await capture(database.sql, { holdId: first, amount: 50 })).toMatchObject({ returned: 20 });
    expect(await rawBalances(database, accountId)).toMatchObject({ available: 0, held: 30, debt: -80 });
    await release(database.sql, { holdId: second });
    expect(await rawBalances(database, accountId)).toMatchObject({ available: 0, held: 0, debt: -50 });
  });

  it('pays it also where many holds end at once', async () => {
    const { accountId, first, second } = await disputed();
    const ends = [first, second].map((holdId) => ({ holdId, outcome: 'released' as const, amount: 0 }));
    await resolveMany(database.sql, ends);
    expect(await rawBalances(database, accountId)).toMatchObject({ available: 0, held: 0, debt: 0 });
    expect(await hold(database.sql, holdFor(accountId, 1))).toEqual({ status: 'insufficient', available: 0 });
  });
});
