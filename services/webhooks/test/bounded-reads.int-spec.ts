import { sql } from 'kysely';
import { migrate, openDatabase, type Database, type UnitOfWork } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import { createTestDatabase, rowsRead, silentLogger, type TestDatabase } from '@shotloom/testing';
import { claimDue } from '../src/deliveries/claim-due';
import { receiversAmong } from '../src/events/receiving-users';
import type { Owner } from '../src/parts';
import { webhooksMigrations } from '../src/schema/migrations';
import type { WebhookTables } from '../src/schema/tables';

/** Users who gave a URL with each of their many jobs. */
const URLS = 3_000;
const owner = (): Owner => ({ userId: newId(), accountId: newId() });
const [full, idle, other] = [owner(), owner(), owner()];

let testDatabase: TestDatabase;
let database: Database<WebhookTables>;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  await migrate({ url: testDatabase.url }, [webhooksMigrations]);
  database = openDatabase({ url: testDatabase.url, applicationName: 'test', logger: silentLogger() });
  await seed(full, URLS, '-1 hour');
  await seed(idle, URLS, '1 hour');
  await seed(other, 3, '-1 minute');
  // All the calls that the account may have are under way.
  await sql`
    update webhooks.deliveries set claim_id = ${newId()}, claimed_until = now() + interval '1 hour'
    where id in (select id from webhooks.deliveries where account_id = ${full.accountId} limit 16)`.execute(
    database.sql,
  );
  await sql`analyze`.execute(database.sql);
}, 60_000);
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

async function seed({ userId, accountId }: Owner, count: number, due: string): Promise<void> {
  await sql`
    with made as (
      insert into webhooks.endpoints (id, account_id, owner_user_id, url, description, event_types, due_at, kind, signer_id)
      select gen_random_uuid(), ${accountId}, ${userId}, 'https://example.com/', '', '{job.*}', now() + ${due}::interval, 'job',
        gen_random_uuid()
      from generate_series(1, ${count}::int) returning id, due_at
    )
    insert into webhooks.deliveries (id, endpoint_id, account_id, event_id, event_type, status, next_try_at, created_at)
    select gen_random_uuid(), id, ${accountId}, id::text, 'job.queued', 'pending', due_at, now() from made`.execute(
    database.sql,
  );
}

const reading = (call: (tx: UnitOfWork<WebhookTables>) => Promise<unknown>): Promise<number> =>
  database.run((tx) =>
    rowsRead(
      (statement) => sql.raw(statement).execute(tx.sql),
      'webhooks',
      () => call(tx),
    ),
  );

it('looks for who is told of jobs without reading what they are told at', async () => {
  const stranger = newId();
  const asked = [full.userId, stranger, other.userId];
  const read = await reading(async ({ sql: db }) => {
    expect((await receiversAmong(db, asked)).toSorted()).toEqual([full.userId, other.userId].toSorted());
  });
  expect(read).toBeLessThanOrEqual(asked.length);
});

it('passes over an account that has all its calls without reading what is due of it', async () => {
  const now = new Date();
  const options = { perEndpoint: 4, perAccount: 16, room: 200, now, until: new Date(now.getTime() + 60_000) };
  const read = await reading(async (tx) => {
    // In the transaction whose rows are counted.
    const { claimed } = await claimDue({ run: (work) => work(tx) }, options);
    expect(claimed).toHaveLength(3);
  });
  expect(read).toBeLessThanOrEqual(100);
});
