import { newId } from '@shotloom/kernel';
import type { Database } from '@shotloom/database';
import {
  capture,
  checkInvariants,
  getBalance,
  grant,
  hold,
  holdMany,
  resolveAll,
  resolveMany,
  splitHold,
  type HoldRequest,
  type ResolveItem,
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

const payer = async (amount: number): Promise<string> => {
  const accountId = newId();
  await grant(database.sql, { accountId, amount, reference: newId(), reason: 'purchase' });
  return accountId;
};
const heldBy = async (accountId: string, amounts: readonly number[]): Promise<HoldRequest[]> => {
  const requests = amounts.map((amount) => holdFor(accountId, amount));
  const results = await holdMany(database.sql, requests);
  expect(results.every(({ status }) => status === 'held')).toBe(true);
  return requests;
};
const captured = ({ holdId }: { holdId: string }, amount: number): ResolveItem => ({
  holdId,
  outcome: 'captured',
  amount,
});
const released = ({ holdId }: { holdId: string }): ResolveItem => ({
  holdId,
  outcome: 'released',
  amount: 0,
});
function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new RangeError(`There is no element ${index}.`);
  return found;
}

it('ends the holds of several accounts, each as its item says', async () => {
  const [one, other] = [await payer(100), await payer(100)];
  const ofOne = await heldBy(one, [10, 20, 30]);
  const ofOther = await heldBy(other, [5, 0, 7]);
  const results = await resolveMany(database.sql, [
    captured(at(ofOne, 0), 10),
    released(at(ofOther, 0)),
    captured(at(ofOne, 1), 4),
    captured(at(ofOther, 1), 0),
    released(at(ofOne, 2)),
    captured(at(ofOther, 2), 0),
  ]);
  expect(results).toEqual([
    { status: 'captured', captured: 10, returned: 0 },
    { status: 'released', returned: 5 },
    { status: 'captured', captured: 4, returned: 16 },
    { status: 'captured', captured: 0, returned: 0 },
    { status: 'released', returned: 30 },
    { status: 'captured', captured: 0, returned: 7 },
  ]);
  expect(await rawBalances(database, one)).toMatchObject({ available: 86, held: 0, captured: 14 });
  expect(await rawBalances(database, other)).toMatchObject({ available: 100, held: 0, captured: 0 });
});

it('fails an item alone', async () => {
  const accountId = await payer(100);
  const requests = await heldBy(accountId, [10, 10, 10]);
  const [done, small, good] = [at(requests, 0), at(requests, 1), at(requests, 2)];
  await capture(database.sql, { holdId: done.holdId, amount: 3 });
  const results = await resolveMany(database.sql, [
    released(done),
    captured({ holdId: newId() }, 1),
    captured(small, 11),
    captured(good, 10),
  ]);
  expect(results).toEqual([
    { status: 'already', resolution: { outcome: 'captured', captured: 3, returned: 7 } },
    { status: 'unknown' },
    { status: 'too_much', held: 10 },
    { status: 'captured', captured: 10, returned: 0 },
  ]);
  expect(await rawBalances(database, accountId)).toMatchObject({ available: 77, held: 10, captured: 13 });
});

it('ends a hold that comes twice in one batch once, in the order of arrival', async () => {
  const accountId = await payer(100);
  const requests = await heldBy(accountId, [10, 10]);
  const [twice, late] = [at(requests, 0), at(requests, 1)];
  const results = await resolveMany(database.sql, [
    captured(twice, 6),
    captured(late, 99),
    released(twice),
    captured(late, 9),
  ]);
  expect(results).toEqual([
    { status: 'captured', captured: 6, returned: 4 },
    { status: 'too_much', held: 10 },
    { status: 'already', resolution: { outcome: 'captured', captured: 6, returned: 4 } },
    { status: 'captured', captured: 9, returned: 1 },
  ]);
});

it('gives back to the lots that the holds name, the soonest expiry captured first', async () => {
  const accountId = newId();
  for (const [index, hours] of [1, 2, 3].entries()) {
    const expiresAt = new Date(Date.now() + hours * 3_600_000);
    await grant(database.sql, {
      accountId,
      amount: 10,
      reference: `${accountId}-${index}`,
      reason: 'plan',
      expiresAt,
    });
  }
  const requests = await heldBy(accountId, [15, 15]);
  await resolveMany(database.sql, [captured(at(requests, 0), 12), captured(at(requests, 1), 6)]);
  expect(await lotsOf(database, accountId)).toEqual({
    [`${accountId}-0`]: 0,
    [`${accountId}-1`]: 3,
    [`${accountId}-2`]: 9,
  });
});

it('ends what a split left, and its child, in one batch', async () => {
  const accountId = await payer(100);
  const [story] = await heldBy(accountId, [60]);
  if (story === undefined) throw new Error('no hold');
  const child = { holdId: newId() };
  await splitHold(database.sql, { parentHoldId: story.holdId, ...child, amount: 20, reference: newId() });
  expect(await resolveMany(database.sql, [captured(child, 20), captured(story, 30)])).toEqual([
    { status: 'captured', captured: 20, returned: 0 },
    { status: 'captured', captured: 30, returned: 10 },
  ]);
});

it('refuses what is no resolution, and does nothing for nothing', async () => {
  const accountId = await payer(10);
  const request = holdFor(accountId, 5);
  await hold(database.sql, request);
  const field = [{ field: 'items.0.amount' }];
  const strange = resolveMany(database.sql, [{ ...released(request), amount: 5 }]);
  await expect(strange).rejects.toMatchObject({ code: 'invalid_input', fields: field });
  const negative = resolveMany(database.sql, [captured(request, -1)]);
  await expect(negative).rejects.toMatchObject({ code: 'invalid_input', fields: field });
  expect(await resolveMany(database.sql, [])).toEqual([]);
  expect(await getBalance(database.sql, accountId)).toEqual({ available: 5, held: 5 });
});

it('ends each hold once when the same batch comes from many sides in any order, and never deadlocks', async () => {
  const accounts = await Promise.all(Array.from({ length: 6 }, () => payer(100)));
  const requests = (await Promise.all(accounts.map((accountId) => heldBy(accountId, [3, 4])))).flat();
  let attempts = 0;
  const batches = await Promise.all(
    Array.from({ length: 16 }, (_, offset) =>
      database.run((tx) => {
        attempts += 1;
        const turned = requests.map((__, index) => at(requests, (index * 5 + offset) % requests.length));
        return resolveMany(
          tx.sql,
          turned.map((request) => (offset % 2 === 0 ? captured(request, 1) : released(request))),
        );
      }),
    ),
  );
  expect(attempts).toBe(16);
  expect(batches.flat().filter(({ status }) => status !== 'already')).toHaveLength(requests.length);
});

describe('all or nothing', () => {
  it('ends what it is given', async () => {
    const accountId = await payer(30);
    const holds = await heldBy(accountId, [10, 5]);
    await resolveAll([captured(at(holds, 0), 8), released(at(holds, 1))]).execute(database.sql);
    expect(await getBalance(database.sql, accountId)).toMatchObject({ available: 22, held: 0 });
  });

  it.each([
    [
      'ended before',
      async (known: HoldRequest) => void (await capture(database.sql, { holdId: known.holdId, amount: 1 })),
    ],
    [
      'ends as it is asked a second time',
      async (known: HoldRequest) => void (await capture(database.sql, { holdId: known.holdId, amount: 10 })),
    ],
  ])('ends none where one %s', async (_what, before) => {
    const accountId = await payer(30);
    const holds = await heldBy(accountId, [10, 5]);
    await before(at(holds, 0));
    const { held } = await getBalance(database.sql, accountId);
    const work = resolveAll([captured(at(holds, 1), 5), captured(at(holds, 0), 10)]).execute(database.sql);
    await expect(work).rejects.toMatchObject({ code: 'P0004' });
    expect(await getBalance(database.sql, accountId)).toMatchObject({ held });
  });
});
