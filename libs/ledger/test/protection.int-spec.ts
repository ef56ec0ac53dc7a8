import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { sql, type RawBuilder } from 'kysely';
import { newId } from '@shotloom/kernel';
import { checkSchemaSnapshot, describeSchema } from '@shotloom/database';
import {
  capture,
  checkInvariants,
  getBalance,
  grant,
  grantLedgerAccess,
  hold,
  holdMany,
  readBudget,
  resolveMany,
} from '@shotloom/ledger';
import { holdFor, startLedger, type Fixture } from './fixture';

let fixture: Fixture;
const serviceName = `service_${randomBytes(6).toString('hex')}`;
const service = sql.id(serviceName);
const stranger = sql.id(`stranger_${randomBytes(6).toString('hex')}`);
const accountId = newId();
const budget = { key: 'member', period: '2026-11', limit: 100 };
beforeAll(async () => {
  fixture = await startLedger();
  const { sql: db } = fixture.database;
  await grant(db, { accountId, amount: 100, reference: newId(), reason: 'purchase' });
  const request = holdFor(accountId, 10, { budgets: [budget] });
  await hold(db, request);
  await capture(db, { holdId: request.holdId, amount: 10 });
});
afterAll(async () => {
  for (const role of [service, stranger]) {
    await sql`drop owned by ${role}`.execute(fixture.database.sql).catch(() => undefined);
    await sql`drop role if exists ${role}`.execute(fixture.database.sql);
  }
  await fixture.stop();
});

const WRITES = [
  'update ledger.transfers set amount = amount + 1',
  'delete from ledger.transfers',
  'truncate ledger.transfers cascade',
  'update ledger.resolutions set captured = 0',
  'delete from ledger.resolutions',
  'delete from ledger.accounts',
  'delete from ledger.holds',
  'delete from ledger.hold_lots',
  'delete from ledger.lots',
  'truncate ledger.lots cascade',
  'delete from ledger.budgets',
  'truncate ledger.budgets cascade',
  `update ledger.hold_budgets set period = '2026-12'`,
  'delete from ledger.hold_budgets',
];

it.each(WRITES)('the database refuses even its owner: %s', async (statement) => {
  await expect(sql.raw(statement).execute(fixture.database.sql)).rejects.toMatchObject({ code: '42501' });
  expect(await checkInvariants(fixture.database.sql)).toEqual([]);
});

it('the database refuses a balance below zero', async () => {
  const overdraw = sql`update ledger.accounts set balance = -1 where kind = 'available'`;
  await expect(overdraw.execute(fixture.database.sql)).rejects.toMatchObject({ code: '23514' });
});

describe('a role', () => {
  const as = (role: RawBuilder<unknown>, statement: RawBuilder<unknown>): Promise<unknown> =>
    fixture.database.run(async (tx) => {
      await sql`set local role ${role}`.execute(tx.sql);
      return statement.execute(tx.sql);
    });
  beforeAll(async () => {
    const { sql: db } = fixture.database;
    for (const role of [service, stranger]) await sql`create role ${role}`.execute(db);
    await grantLedgerAccess(db, serviceName);
  });

  it('with access uses the functions, and reads', async () => {
    await fixture.database.run(async (tx) => {
      await sql`set local role ${service}`.execute(tx.sql);
      expect(await hold(tx.sql, holdFor(accountId, 5))).toEqual({ status: 'held' });
      expect(await getBalance(tx.sql, accountId)).toMatchObject({ held: 5 });
      const requests = [holdFor(accountId, 1), holdFor(accountId, 1, { budgets: [budget] })];
      expect(await holdMany(tx.sql, requests)).toEqual([{ status: 'held' }, { status: 'held' }]);
      const ends = requests.map(({ holdId }) => ({ holdId, outcome: 'released' as const, amount: 0 }));
      expect(await resolveMany(tx.sql, ends)).toEqual(ends.map(() => ({ status: 'released', returned: 1 })));
      expect(await readBudget(tx.sql, budget.key, budget.period)).toEqual({ spent: 10 });
      expect(await checkInvariants(tx.sql)).toEqual([]);
    });
  });

  it('with access may still hold as the release before did', async () => {
    await fixture.database.run(async (tx) => {
      await sql`set local role ${service}`.execute(tx.sql);
      const { rows } = await sql<{ result: unknown }>`
        select ledger.hold_credits(${newId()}::uuid, ${accountId}::uuid, 1, ${newId()}::text, 'v1', null) as result`.execute(
        tx.sql,
      );
      expect(rows).toEqual([{ result: { status: 'held' } }]);
    });
  });

  it.each([
    'update ledger.accounts set balance = balance + 1',
    'insert into ledger.resolutions (hold_id, outcome, captured, returned) select id, state, 0, 0 from ledger.holds',
    `select ledger.post(gen_random_uuid(), 'source', 'available', 1, 'grant', 'x', null, null, null)`,
    `select ledger.expire_owner(gen_random_uuid())`,
    `update ledger.budgets set spent = 0`,
    `select ledger.return_budgets(array[gen_random_uuid()], array[1::bigint])`,
  ])('with access writes nothing past the functions: %s', async (statement) => {
    await expect(as(service, sql.raw(statement))).rejects.toMatchObject({ code: '42501' });
  });

  it.each([
    'select * from ledger.accounts',
    `select ledger.grant_credits(gen_random_uuid(), 1, 'x', 'x', null)`,
  ])('without access does nothing: %s', async (statement) => {
    await expect(as(stranger, sql.raw(statement))).rejects.toMatchObject({ code: '42501' });
  });

  it('without access finds no function that is open to everybody', async () => {
    const { rows } = await sql`
      select p.oid::regprocedure::text as function from pg_proc p
      where p.pronamespace = 'ledger'::regnamespace
        and exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0)`.execute(
      fixture.database.sql,
    );
    expect(rows).toEqual([]);
  });
});

it('has the schema that is committed', async () => {
  const snapshot = join(__dirname, '../src/migrations/schema.snapshot.json');
  expect(checkSchemaSnapshot(await describeSchema(fixture.database.sql, ['ledger']), snapshot)).toEqual([]);
});
