import { newId } from '@shotloom/kernel';
import type { Database } from '@shotloom/database';
import {
  capture,
  checkInvariants,
  getBalance,
  grant,
  hold,
  holdMany,
  readBudget,
  release,
  resolveMany,
  splitHold,
  type HoldBudget,
  type HoldRequest,
} from '@shotloom/ledger';
import { holdFor, startLedger, type Fixture } from './fixture';

let fixture: Fixture;
let database: Database<unknown>;
beforeAll(async () => {
  fixture = await startLedger(20);
  database = fixture.database;
});
afterAll(() => fixture.stop());
afterEach(async () => expect(await checkInvariants(database.sql)).toEqual([]));

const PERIOD = '2026-11';
const payer = async (amount: number): Promise<string> => {
  const accountId = newId();
  await grant(database.sql, { accountId, amount, reference: newId(), reason: 'purchase' });
  return accountId;
};
const budget = (limit: number, key = newId()): HoldBudget => ({ key, period: PERIOD, limit });
const spentOf = async ({ key, period }: HoldBudget): Promise<number> =>
  (await readBudget(database.sql, key, period)).spent;

describe('a hold with budgets', () => {
  it('counts against each of them, and against none when one has too little left', async () => {
    const accountId = await payer(100);
    const [member, apiKey] = [budget(50), budget(30)];
    const budgets = [member, apiKey];
    expect(await hold(database.sql, holdFor(accountId, 20, { budgets }))).toEqual({ status: 'held' });
    expect(await hold(database.sql, holdFor(accountId, 11, { budgets }))).toEqual({
      status: 'over_budget',
      key: apiKey.key,
      left: 10,
    });
    expect(await Promise.all(budgets.map(spentOf))).toEqual([20, 20]);
    expect(await getBalance(database.sql, accountId)).toEqual({ available: 80, held: 20 });
    expect(await hold(database.sql, holdFor(accountId, 10, { budgets }))).toEqual({ status: 'held' });
  });

  it('counts once, and starts from nothing in the next period', async () => {
    const accountId = await payer(100);
    const member = budget(10);
    const request = holdFor(accountId, 10, { budgets: [member] });
    await hold(database.sql, request);
    expect(await hold(database.sql, request)).toEqual({ status: 'already' });
    expect(await spentOf(member)).toBe(10);
    const next = { ...member, period: '2026-12' };
    expect(await hold(database.sql, holdFor(accountId, 10, { budgets: [next] }))).toEqual({ status: 'held' });
    expect(await readBudget(database.sql, member.key, '2027-01')).toEqual({ spent: 0 });
  });

  it('says that funds are missing before it looks at budgets, and is free when it is of nothing', async () => {
    const accountId = await payer(10);
    const none = budget(0);
    expect((await hold(database.sql, holdFor(accountId, 11, { budgets: [none] }))).status).toBe(
      'insufficient',
    );
    expect((await hold(database.sql, holdFor(accountId, 1, { budgets: [none] }))).status).toBe('over_budget');
    expect((await hold(database.sql, holdFor(accountId, 0, { budgets: [none] }))).status).toBe('held');
  });

  it('has nothing left, and not less, after its limit was lowered', async () => {
    const accountId = await payer(100);
    const member = budget(50);
    await hold(database.sql, holdFor(accountId, 40, { budgets: [member] }));
    const lowered = { ...member, limit: 30 };
    expect(await hold(database.sql, holdFor(accountId, 1, { budgets: [lowered] }))).toEqual({
      status: 'over_budget',
      key: member.key,
      left: 0,
    });
  });

  it('lets one of 50 at once, of as many payers, have a budget for one', async () => {
    const member = budget(10);
    const accounts = await Promise.all(Array.from({ length: 50 }, () => payer(10)));
    const results = await Promise.all(
      accounts.map((accountId) =>
        database.run((tx) => hold(tx.sql, holdFor(accountId, 10, { budgets: [member] }))),
      ),
    );
    expect(results.filter(({ status }) => status === 'held')).toHaveLength(1);
    expect(results.filter(({ status }) => status === 'over_budget')).toHaveLength(49);
    expect(await spentOf(member)).toBe(10);
  });
});

describe('a resolution', () => {
  const endings: [string, (holdId: string) => Promise<unknown>, number][] = [
    ['capture', (holdId) => capture(database.sql, { holdId, amount: 20 }), 20],
    ['part capture', (holdId) => capture(database.sql, { holdId, amount: 7 }), 7],
    ['release', (holdId) => release(database.sql, { holdId }), 0],
    [
      'batch',
      (holdId) =>
        resolveMany(database.sql, [
          { holdId, outcome: 'captured', amount: 21 },
          { holdId, outcome: 'captured', amount: 5 },
          { holdId, outcome: 'released', amount: 0 },
        ]),
      5,
    ],
  ];
  it.each(endings)('by %s leaves spent what was captured', async (_, end, spent) => {
    const accountId = await payer(100);
    const [member, apiKey] = [budget(50), budget(50)];
    const request = holdFor(accountId, 20, { budgets: [member, apiKey] });
    await hold(database.sql, request);
    await hold(database.sql, holdFor(accountId, 3, { budgets: [apiKey] }));
    await end(request.holdId);
    await end(request.holdId).catch(() => undefined);
    expect(await spentOf(member)).toBe(spent);
    expect(await spentOf(apiKey)).toBe(spent + 3);
  });

  it('of many gives back to each budget what its holds did not use', async () => {
    const accounts = [await payer(100), await payer(100)];
    const [member, apiKey] = [budget(500), budget(500)];
    const requests = [[member], [member, apiKey], [apiKey], []].flatMap((budgets) =>
      accounts.map((accountId) => holdFor(accountId, 10, { budgets })),
    );
    await holdMany(database.sql, requests);
    expect([await spentOf(member), await spentOf(apiKey)]).toEqual([40, 40]);
    await resolveMany(
      database.sql,
      requests.map(({ holdId }, index) => ({ holdId, outcome: 'captured', amount: index })),
    );
    expect([await spentOf(member), await spentOf(apiKey)]).toEqual([0 + 1 + 2 + 3, 2 + 3 + 4 + 5]);
  });

  it('of a child that was split off counts against the budgets of its parent', async () => {
    const accountId = await payer(100);
    const member = budget(60);
    const story = holdFor(accountId, 60, { budgets: [member] });
    await hold(database.sql, story);
    const child = { holdId: newId() };
    await splitHold(database.sql, { parentHoldId: story.holdId, ...child, amount: 20, reference: newId() });
    expect(await spentOf(member)).toBe(60);
    await capture(database.sql, { ...child, amount: 5 });
    expect(await spentOf(member)).toBe(45);
    await release(database.sql, story);
    expect(await spentOf(member)).toBe(5);
  });
});

describe('holdMany with budgets', () => {
  it('uses them up in the order of arrival over all accounts, and what is over fails alone', async () => {
    // Accounts are locked in another order than the items come in, whichever the ids happen to be.
    const [one, other] = [await payer(100), await payer(100)];
    const member = budget(25);
    const counted = (accountId: string, amount: number): HoldRequest =>
      holdFor(accountId, amount, { budgets: [member] });
    const twice = counted(one, 5);
    const results = await holdMany(database.sql, [
      counted(other, 10),
      counted(one, 10),
      counted(other, 6),
      holdFor(one, 50),
      counted(one, 31),
      twice,
      twice,
      counted(other, 1),
    ]);
    expect(results).toEqual([
      { status: 'held' },
      { status: 'held' },
      { status: 'over_budget', key: member.key, left: 5 },
      { status: 'held' },
      { status: 'over_budget', key: member.key, left: 5 },
      { status: 'held' },
      { status: 'already' },
      { status: 'over_budget', key: member.key, left: 0 },
    ]);
    expect(await spentOf(member)).toBe(25);
    expect(await getBalance(database.sql, one)).toEqual({ available: 35, held: 65 });
    const unpaid = await holdMany(database.sql, [counted(one, 36), holdFor(one, 36)]);
    expect(unpaid.map(({ status }) => status)).toEqual(['insufficient', 'insufficient']);
  });

  it('does not deadlock with budgets named in another order, new ones too', async () => {
    const accounts = await Promise.all(Array.from({ length: 8 }, () => payer(1_000)));
    const budgets = Array.from({ length: 8 }, () => budget(1_000));
    const turned = <T>(list: readonly T[], by: number): T[] => [...list.slice(by), ...list.slice(0, by)];
    let attempts = 0;
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, round) =>
        database.run(async (tx) => {
          attempts += 1;
          const requests = turned(accounts, round % 8).map((accountId, index) =>
            holdFor(accountId, 1, { budgets: turned(budgets, (round * 3 + index) % 8).slice(0, 3) }),
          );
          const held = await holdMany(tx.sql, requests);
          const back = turned(requests, round % 5).map(({ holdId }) => holdId);
          await resolveMany(
            tx.sql,
            back.map((holdId) => ({ holdId, outcome: 'released', amount: 0 })),
          );
          return held;
        }),
      ),
    );
    expect(attempts).toBe(16);
    expect(results.flat().every(({ status }) => status === 'held')).toBe(true);
    expect(await Promise.all(budgets.map(spentOf))).toEqual(budgets.map(() => 0));
  });
});

describe('what is no budget', () => {
  const same = budget(1);
  const cases: [string, HoldBudget[], string][] = [
    ['five of them', Array.from({ length: 5 }, () => budget(1)), 'budgets'],
    ['one twice', [same, { ...same, limit: 2 }], 'budgets.1'],
    ['no key', [budget(1, '')], 'budgets.0.key'],
    ['a long key', [budget(1, 'k'.repeat(201))], 'budgets.0.key'],
    ['a long period', [budget(1), { ...budget(1), period: 'p'.repeat(41) }], 'budgets.1.period'],
    ['a limit below zero', [budget(-1)], 'budgets.0.limit'],
  ];
  it.each(cases)('is refused: %s', async (_, budgets, field) => {
    const refusal = { code: 'invalid_input', fields: [{ field }] };
    const request = holdFor(newId(), 0, { budgets });
    await expect(hold(database.sql, request)).rejects.toMatchObject(refusal);
    await expect(holdMany(database.sql, [request])).rejects.toMatchObject(refusal);
  });
});
