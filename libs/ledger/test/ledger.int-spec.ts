import { newId } from '@shotloom/kernel';
import type { Database } from '@shotloom/database';
import {
  capture,
  checkInvariants,
  expireLots,
  getBalance,
  grant,
  hold,
  holdMany,
  listOverdueHolds,
  listTransactions,
  openLedgerAccount,
  release,
  splitHold,
} from '@shotloom/ledger';
import { holdFor, lotsOf, rawBalances, startLedger, type Fixture } from './fixture';

let fixture: Fixture;
let database: Database<unknown>;
beforeAll(async () => {
  fixture = await startLedger(20);
  database = fixture.database;
});
afterAll(() => fixture.stop());
afterEach(async () => expect(await checkInvariants(database.sql)).toEqual([]));

const HOUR = 3_600_000;
const inHours = (hours: number): Date => new Date(Date.now() + hours * HOUR);
const payer = async (amount: number): Promise<string> => {
  const accountId = newId();
  await grant(database.sql, { accountId, amount, reference: newId(), reason: 'purchase' });
  return accountId;
};

describe('an account', () => {
  it('starts with nothing, opened or not, and opens once', async () => {
    const accountId = newId();
    expect(await getBalance(database.sql, accountId)).toEqual({ available: 0, held: 0 });
    await Promise.all(Array.from({ length: 8 }, () => openLedgerAccount(database.sql, { accountId })));
    expect(await getBalance(database.sql, accountId)).toEqual({ available: 0, held: 0 });
  });
});

describe('grant', () => {
  it('has one effect a reference, also when it comes many times at once', async () => {
    const request = { accountId: newId(), amount: 100, reference: newId(), reason: 'purchase' };
    const results = await Promise.all(Array.from({ length: 10 }, () => grant(database.sql, request)));
    expect(results.filter((result) => result.status === 'granted')).toHaveLength(1);
    expect(results.filter((result) => result.status === 'already')).toHaveLength(9);
    expect(await getBalance(database.sql, request.accountId)).toEqual({ available: 100, held: 0 });
  });

  it('does not take the same reference for something else as done', async () => {
    const request = { accountId: newId(), amount: 100, reference: newId(), reason: 'purchase' };
    await grant(database.sql, request);
    await expect(grant(database.sql, { ...request, amount: 101 })).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(grant(database.sql, { ...request, accountId: newId() })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])('refuses an amount of %p', async (amount) => {
    const request = { accountId: newId(), amount, reference: newId(), reason: 'purchase' };
    await expect(grant(database.sql, request)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('belongs to the transaction of its caller', async () => {
    const accountId = newId();
    const failed = database.run(async (tx) => {
      await grant(tx.sql, { accountId, amount: 5, reference: newId(), reason: 'purchase' });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await getBalance(database.sql, accountId)).toEqual({ available: 0, held: 0 });
  });
});

describe('hold', () => {
  it('sets credits aside once an id', async () => {
    const accountId = await payer(100);
    const request = holdFor(accountId, 30);
    expect(await hold(database.sql, request)).toEqual({ status: 'held' });
    expect(await hold(database.sql, request)).toEqual({ status: 'already' });
    expect(await getBalance(database.sql, accountId)).toEqual({ available: 70, held: 30 });
    await expect(hold(database.sql, { ...request, amount: 31 })).rejects.toMatchObject({ code: 'conflict' });
    await expect(hold(database.sql, { ...request, holdId: newId() })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('says what there is when there is too little, and takes nothing', async () => {
    const accountId = await payer(10);
    expect(await hold(database.sql, holdFor(accountId, 11))).toEqual({
      status: 'insufficient',
      available: 10,
    });
    expect(await hold(database.sql, holdFor(newId(), 1))).toEqual({ status: 'insufficient', available: 0 });
    expect(await getBalance(database.sql, accountId)).toEqual({ available: 10, held: 0 });
  });

  it('lets one of 200 at once have a balance for one', async () => {
    const accountId = await payer(10);
    const results = await Promise.all(
      Array.from({ length: 200 }, () => database.run((tx) => hold(tx.sql, holdFor(accountId, 10)))),
    );
    expect(results.filter((result) => result.status === 'held')).toHaveLength(1);
    expect(results.filter((result) => result.status === 'insufficient')).toHaveLength(199);
  });

  it('may be of nothing, and is still resolved once', async () => {
    const accountId = newId();
    const request = holdFor(accountId, 0);
    expect(await hold(database.sql, request)).toEqual({ status: 'held' });
    expect(await capture(database.sql, { holdId: request.holdId, amount: 0 })).toEqual({
      status: 'captured',
      captured: 0,
      returned: 0,
    });
    expect((await release(database.sql, request)).status).toBe('already');
  });

  it('spends the soonest expiry first and never an expired lot', async () => {
    const accountId = newId();
    const lots = { never: undefined, later: inHours(48), soon: inHours(1), past: inHours(-1) };
    for (const [name, expiresAt] of Object.entries(lots)) {
      const reference = `${name}-${accountId}`;
      await grant(database.sql, { accountId, amount: 10, reference, reason: 'plan', expiresAt });
    }
    const left = async (): Promise<number[]> => {
      const remaining = await lotsOf(database, accountId);
      return ['past', 'soon', 'later', 'never'].map((name) => remaining[`${name}-${accountId}`] ?? -1);
    };
    expect(await getBalance(database.sql, accountId)).toEqual({ available: 30, held: 0 });
    const request = holdFor(accountId, 25);
    expect((await hold(database.sql, request)).status).toBe('held');
    expect(await left()).toEqual([0, 0, 0, 5]);
    expect(await hold(database.sql, holdFor(accountId, 6))).toEqual({ status: 'insufficient', available: 5 });
    await capture(database.sql, { holdId: request.holdId, amount: 12 });
    expect(await left()).toEqual([0, 0, 8, 10]);
  });

  it('raises an alarm when it stays open, and does not lapse', async () => {
    const accountId = await payer(10);
    const request = holdFor(accountId, 10, { alarmAt: inHours(-1) });
    await hold(database.sql, request);
    const overdue = await listOverdueHolds(database.sql, 1000);
    expect(overdue).toContainEqual(
      expect.objectContaining({ holdId: request.holdId, accountId, amount: 10 }),
    );
    expect(await getBalance(database.sql, accountId)).toEqual({ available: 0, held: 10 });
    await release(database.sql, request);
    expect(await listOverdueHolds(database.sql, 1000)).not.toContainEqual(
      expect.objectContaining({ holdId: request.holdId }),
    );
  });
});

describe('holdMany', () => {
  it('pays in the order of arrival, and what cannot be paid fails alone', async () => {
    const [rich, poor] = [await payer(100), await payer(10)];
    const again = holdFor(rich, 1);
    await hold(database.sql, again);
    const results = await holdMany(database.sql, [
      holdFor(poor, 8),
      holdFor(rich, 50),
      holdFor(poor, 8),
      again,
      holdFor(poor, 2),
    ]);
    expect(results).toEqual([
      { status: 'held' },
      { status: 'held' },
      { status: 'insufficient', available: 2 },
      { status: 'already' },
      { status: 'held' },
    ]);
    expect(await holdMany(database.sql, [])).toEqual([]);
    expect(await getBalance(database.sql, rich)).toEqual({ available: 49, held: 51 });
  });

  it('takes the same request twice in one batch as one', async () => {
    const accountId = await payer(10);
    const request = holdFor(accountId, 4);
    const results = await holdMany(database.sql, [
      request,
      request,
      holdFor(accountId, 0),
      holdFor(newId(), 0),
    ]);
    expect(results.map((result) => result.status)).toEqual(['held', 'already', 'held', 'held']);
    expect(await getBalance(database.sql, accountId)).toEqual({ available: 6, held: 4 });
  });

  it('lays a batch over several lots, soonest expiry first, an expired one left out', async () => {
    const accountId = newId();
    const lots = [undefined, inHours(48), inHours(1), inHours(-1)];
    for (const [index, expiresAt] of lots.entries()) {
      const reference = `${index}-${accountId}`;
      await grant(database.sql, { accountId, amount: 10, reference, reason: 'plan', expiresAt });
    }
    const requests = [7, 7, 20, 3, 13].map((amount) => holdFor(accountId, amount));
    const results = await holdMany(database.sql, requests);
    expect(results).toEqual([
      { status: 'held' },
      { status: 'held' },
      { status: 'insufficient', available: 16 },
      { status: 'held' },
      { status: 'held' },
    ]);
    expect(Object.values(await lotsOf(database, accountId))).toEqual([0, 0, 0, 0]);
    const [first, second] = requests;
    if (first === undefined || second === undefined) throw new Error('no hold');
    await release(database.sql, second);
    const left = await lotsOf(database, accountId);
    expect(left).toMatchObject({ [`2-${accountId}`]: 3, [`1-${accountId}`]: 4 });
    await capture(database.sql, { holdId: first.holdId, amount: 7 });
  });

  it('does not deadlock with itself in another order', async () => {
    const accounts = await Promise.all(Array.from({ length: 8 }, () => payer(1_000)));
    const batch = (offset: number) => accounts.map((_, index) => accounts[(index * 3 + offset) % 8] ?? '');
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, offset) =>
        holdMany(
          database.sql,
          batch(offset).map((accountId) => holdFor(accountId, 1)),
        ),
      ),
    );
    expect(results.flat().every((result) => result.status === 'held')).toBe(true);
  });
});

describe('capture and release', () => {
  it('end a hold once, whoever comes first', async () => {
    const accountId = await payer(100);
    const request = holdFor(accountId, 40);
    await hold(database.sql, request);
    const { holdId } = request;
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        database.run<{ status: string }>((tx) =>
          index % 2 === 0 ? capture(tx.sql, { holdId, amount: 40 }) : release(tx.sql, { holdId }),
        ),
      ),
    );
    expect(results.filter((result) => result.status !== 'already')).toHaveLength(1);
    const { held } = await getBalance(database.sql, accountId);
    expect(held).toBe(0);
  });

  it('tell how the hold ended', async () => {
    const accountId = await payer(100);
    const request = holdFor(accountId, 40);
    await hold(database.sql, request);
    const { holdId } = request;
    expect(await capture(database.sql, { holdId, amount: 15 })).toEqual({
      status: 'captured',
      captured: 15,
      returned: 25,
    });
    const resolution = { outcome: 'captured', captured: 15, returned: 25 };
    expect(await capture(database.sql, { holdId, amount: 40 })).toEqual({ status: 'already', resolution });
    expect(await release(database.sql, { holdId })).toEqual({ status: 'already', resolution });
    expect(await rawBalances(database, accountId)).toMatchObject({ available: 85, held: 0, captured: 15 });
  });

  it('never take more than was held, and leave the hold open then', async () => {
    const accountId = await payer(100);
    const request = holdFor(accountId, 40);
    await hold(database.sql, request);
    const tooMuch = capture(database.sql, { holdId: request.holdId, amount: 41 });
    await expect(tooMuch).rejects.toMatchObject({ code: 'conflict' });
    expect(await release(database.sql, request)).toEqual({ status: 'released', returned: 40 });
  });

  it('do not know a hold that was never made', async () => {
    await expect(release(database.sql, { holdId: newId() })).rejects.toMatchObject({ code: 'not_found' });
    await expect(capture(database.sql, { holdId: newId(), amount: 1 })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('splitHold', () => {
  it('moves a part into a hold of its own, once', async () => {
    const accountId = await payer(100);
    const story = holdFor(accountId, 60);
    await hold(database.sql, story);
    const shot = { parentHoldId: story.holdId, holdId: newId(), amount: 20, reference: newId() };
    expect(await splitHold(database.sql, shot)).toEqual({ status: 'split' });
    expect(await splitHold(database.sql, shot)).toEqual({ status: 'already' });
    expect(await hold(database.sql, story)).toEqual({ status: 'already' });
    const tooMuch = { ...shot, holdId: newId(), reference: newId(), amount: 41 };
    expect(await splitHold(database.sql, tooMuch)).toEqual({ status: 'insufficient', available: 40 });
    expect(await getBalance(database.sql, accountId)).toEqual({ available: 40, held: 60 });
    expect(await capture(database.sql, { holdId: shot.holdId, amount: 5 })).toMatchObject({ returned: 15 });
    expect(await release(database.sql, story)).toEqual({ status: 'released', returned: 40 });
    expect(await rawBalances(database, accountId)).toMatchObject({ available: 95, held: 0, captured: 5 });
    const late = { ...shot, holdId: newId(), reference: newId() };
    expect(await splitHold(database.sql, late)).toEqual({ status: 'insufficient', available: 0 });
  });
});

describe('expireLots', () => {
  it('writes off what expired, also what a released hold brought back', async () => {
    const accountId = newId();
    const expiresAt = new Date(Date.now() + 400);
    await grant(database.sql, { accountId, amount: 10, reference: newId(), reason: 'plan', expiresAt });
    const request = holdFor(accountId, 4);
    expect((await hold(database.sql, request)).status).toBe('held');
    while (Date.now() <= expiresAt.getTime() + 5) await getBalance(database.sql, accountId);
    expect(await getBalance(database.sql, accountId)).toEqual({ available: 0, held: 4 });
    await expireLots(database.sql, { limit: 100 });
    expect(await rawBalances(database, accountId)).toMatchObject({ available: 0, held: 4, source: -4 });
    await release(database.sql, request);
    expect(await getBalance(database.sql, accountId)).toEqual({ available: 0, held: 0 });
    await expireLots(database.sql, { limit: 100 });
    expect(await rawBalances(database, accountId)).toMatchObject({ available: 0, held: 0, source: 0 });
    expect(await expireLots(database.sql, { limit: 100 })).toEqual({ owners: 0, expired: 0 });
  });
});

describe('listTransactions', () => {
  it('pages from the newest, each movement once, and says what it changed', async () => {
    const accountId = await payer(100);
    const requests = Array.from({ length: 6 }, () => holdFor(accountId, 10));
    for (const request of requests) await hold(database.sql, request);
    const [first] = requests;
    if (first === undefined) throw new Error('no hold');
    await capture(database.sql, { holdId: first.holdId, amount: 4 });
    const pages: string[][] = [];
    let cursor: string | null = null;
    do {
      const page = await listTransactions(database.sql, accountId, { limit: 4, cursor });
      pages.push(page.items.map((item) => item.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(pages.map((page) => page.length)).toEqual([4, 4, 1]);
    expect(new Set(pages.flat()).size).toBe(9);
    const { items } = await listTransactions(database.sql, accountId, { limit: 100 });
    expect(items.map((item) => item.id)).toEqual(pages.flat());
    expect(items.reduce((sum, item) => sum + item.availableChange, 0)).toBe(46);
    expect(items.reduce((sum, item) => sum + item.heldChange, 0)).toBe(50);
    const captured = items.find((item) => item.kind === 'capture');
    expect(captured).toMatchObject({
      amount: 4,
      heldChange: -4,
      availableChange: 0,
      reference: first.reference,
    });
    const stranger = await listTransactions(database.sql, newId(), { limit: 4 });
    expect(stranger).toEqual({ items: [], nextCursor: null });
    const bad = listTransactions(database.sql, accountId, { limit: 4, cursor: 'nonsense' });
    await expect(bad).rejects.toMatchObject({ code: 'invalid_input', fields: [{ field: 'cursor' }] });
  });
});
