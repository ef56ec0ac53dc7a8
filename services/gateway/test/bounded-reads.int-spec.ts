import { sql } from 'kysely';
import { auditQuerySchema } from '@shotloom/contracts';
import { migrate, openDatabase, type Database, type UnitOfWork } from '@shotloom/database';
import { ledgerMigrations } from '@shotloom/ledger';
import { createTestDatabase, rowsRead, silentLogger, type TestDatabase } from '@shotloom/testing';
import { AuditTrailController } from '../src/admin/audit-trail/audit-trail.controller';
import { Sweeper } from '../src/auth/sweeper';
import { LowBalanceAlerts } from '../src/credits/low-balance';
import { createPerson } from '../src/identity/people';
import { identityMigrations } from '../src/identity/schema/migrations';
import type { IdentityTables } from '../src/identity/schema/tables';

/** An installation of some history, of which what runs all the time, and what operators look at, may read only its own part. */
const LIVING = 2_000;
const ENDED = 5;
const PAGE = 20;

let testDatabase: TestDatabase;
let database: Database<IdentityTables>;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  await migrate({ url: testDatabase.url }, [identityMigrations, ledgerMigrations]);
  database = openDatabase({ url: testDatabase.url, applicationName: 'test', logger: silentLogger() });
  const { userId } = await database.run((tx) =>
    createPerson(tx.sql, { email: 'a@example.com', displayName: 'A' }),
  );
  await sql`
    with session as (
      insert into identity.sessions (id, user_id, method, expires_at)
      select gen_random_uuid(), ${userId}, 'password',
        now() + case when n <= ${ENDED} then -interval '40 days' else interval '20 days' end
      from generate_series(1, ${LIVING + ENDED}::int) as n returning id, expires_at
    )
    insert into identity.refresh_tokens (token_hash, session_id, expires_at)
    select sha256(id::text::bytea), id, expires_at from session`.execute(database.sql);
  await sql`
    insert into identity.audit_log (id, at, action, target_type, target_id)
    select gen_random_uuid(), now() - make_interval(secs => n),
      case when n % 1000 = 0 then 'user.disabled' else 'account.activated' end, 'account', (n % 1000)::text
    from generate_series(1, ${LIVING}::int) as n`.execute(database.sql);
  await sql`analyze`.execute(database.sql);
}, 60_000);
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const reading = (call: (tx: UnitOfWork<IdentityTables>) => Promise<unknown>): Promise<number> =>
  database.run((tx) =>
    rowsRead(
      (statement) => sql.raw(statement).execute(tx.sql),
      'identity',
      () => call(tx),
    ),
  );

it('removes what has ended without reading what lives', async () => {
  const read = await reading((tx) => new Sweeper(tx, silentLogger()).sweep());
  const { rows } = await sql`select from identity.refresh_tokens`.execute(database.sql);
  expect(rows).toHaveLength(LIVING);
  expect(read).toBeLessThanOrEqual(10 * ENDED);
});

it.each([
  ['all', {}, PAGE],
  ['a rare action', { action: 'user.disabled' }, 2],
  ['a rare kind of actions', { action: 'user' }, 2],
  ['an action that nobody did', { action: 'plan.created' }, 0],
])('shows of the audit log %s by reading about a page', async (_, filter, size) => {
  const read = await reading(async (tx) => {
    const query = auditQuerySchema.parse({ limit: PAGE, ...filter });
    expect((await new AuditTrailController(tx).listAuditLog(query)).data).toHaveLength(size);
  });
  expect(read).toBeLessThanOrEqual(2 * PAGE);
});

it('looks at the balances of very many accounts little by little', async () => {
  await sql`
    insert into identity.accounts (id, name, low_balance_credits) select gen_random_uuid(), 'A', 10
    from generate_series(1, 1600)`.execute(database.sql);
  const took: number[] = [];
  const alerts = new LowBalanceAlerts(
    {
      run: async (work) => {
        const began = performance.now();
        const result = await database.run(work);
        took.push(performance.now() - began);
        return result;
      },
    },
    silentLogger(),
  );
  const began = performance.now();
  await alerts.look();
  const all = performance.now() - began;
  expect(took).toHaveLength(4);
  const before = took.slice(0, -1).reduce((sum, one) => sum + one, 0);
  expect(all).toBeGreaterThan(40 * before);
  await alerts.onModuleDestroy();
});
