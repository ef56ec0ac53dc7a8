import { sql } from 'kysely';
import type { Database } from '@shotloom/database';
import { expireLots, getBalance, readBudget } from '@shotloom/ledger';
import { rawBalances } from '../fixture';
import { EXPIRY, LASTING } from './calls';
import { Model, budgetName, spendable } from './model';
import type { Happening } from './run-schedule';
import type { World } from './steps';

/** Makes the same calls in the model, one after the other, and compares each answer. Returns the model at the end. */
export function replay(happenings: readonly Happening[]): Model {
  const model = new Model();
  for (const [index, { call, answer, committed, uncertain }] of happenings.entries()) {
    const expected = (committed ? model : model.clone()).apply(call, unseen(answer, uncertain, call));
    const place = `call ${index + 1} of ${happenings.length}: ${JSON.stringify(call)}`;
    expect({ place, answer }).toEqual({ place, answer: expected });
  }
  return model;
}

/** An unknown hold is right if it was not certainly there when the call began. */
function unseen(
  answer: object,
  uncertain: ReadonlySet<string>,
  call: Happening['call'],
): ReadonlySet<string> {
  if (call.kind !== 'resolveMany' || !Array.isArray(answer))
    return 'error' in answer && answer.error === 'not_found' ? uncertain : new Set();
  const results: readonly { readonly status: string }[] = answer;
  const unknown = call.items.filter((_, index) => results[index]?.status === 'unknown');
  return new Set(unknown.map(({ holdId }) => holdId).filter((holdId) => uncertain.has(holdId)));
}

/** Everything that the database says of a world against everything that the model says. */
export async function compareWorld(database: Database<unknown>, world: World, model: Model): Promise<void> {
  for (const accountId of world.accounts) await compareAccount(database, accountId, model);
  for (const key of world.budgets) {
    for (const period of world.periods) {
      const { spent } = await readBudget(database.sql, key, period);
      expect({ key, period, spent }).toEqual({
        key,
        period,
        spent: model.budgets.get(budgetName({ key, period })) ?? 0,
      });
    }
  }
  await compareHolds(database, world, model);
  const { rows } = await sql<{ total: number }>`
    select coalesce(sum(balance), 0)::bigint as total from ledger.accounts`.execute(database.sql);
  expect(rows).toEqual([{ total: 0 }]);
}

async function compareAccount(database: Database<unknown>, accountId: string, model: Model): Promise<void> {
  const account = model.account(accountId);
  const held = [...model.holds.values()]
    .filter((hold) => hold.accountId === accountId && hold.resolution === null)
    .reduce((total, hold) => total + hold.amount, 0);
  expect(await getBalance(database.sql, accountId)).toEqual({ available: spendable(account), held });
  while ((await expireLots(database.sql, { limit: 100 })).owners > 0);
  const { captured, debt, granted, chargedBack, lots } = account;
  const given = granted - chargedBack - lots.past;
  expect(await rawBalances(database, accountId)).toEqual({
    available: spendable(account),
    held,
    captured,
    debt: 0 - debt,
    source: 0 - given,
  });
  const left = await lotsLeft(database, accountId);
  expect(left).toEqual({ ...lots, past: 0 });
  // Whatever was given is somewhere.
  expect(spendable(account) + held + captured - debt).toBe(given);
}

/** What lots have left by how long they last: credits of which kind were spent, and not only how many. */
async function lotsLeft(database: Database<unknown>, accountId: string): Promise<Record<string, number>> {
  const { rows } = await sql<{ expiresAt: Date | null; left: number }>`
    select expires_at as "expiresAt", sum(remaining)::bigint as left from ledger.lots
    where owner_id = ${accountId} group by expires_at`.execute(database.sql);
  const lasting = LASTING.map((kind) => {
    const row = rows.find(({ expiresAt }) => expiresAt?.getTime() === EXPIRY[kind]?.getTime());
    return [kind, row?.left ?? 0] as const;
  });
  return Object.fromEntries(lasting);
}

/** Each hold with its resolutions, of which there can be one. */
async function compareHolds(database: Database<unknown>, world: World, model: Model): Promise<void> {
  const { rows } = await sql<{ id: string; amount: number; state: string; resolutions: unknown[] }>`
    select h.id, h.amount::int as amount, h.state, coalesce(json_agg(json_build_object(
        'outcome', r.outcome, 'captured', r.captured, 'returned', r.returned)) filter (where r.hold_id is not null),
        '[]') as resolutions
    from ledger.holds h left join ledger.resolutions r on r.hold_id = h.id
    where h.owner_id = any(${[...world.accounts]}::uuid[]) group by h.id order by h.id`.execute(database.sql);
  const expected = [...model.holds.entries()].map(([id, { amount, resolution }]) => ({
    id,
    amount,
    state: resolution?.outcome ?? 'open',
    resolutions: resolution ? [resolution] : [],
  }));
  expect(rows).toEqual(expected.sort((a, b) => (a.id < b.id ? -1 : 1)));
}
