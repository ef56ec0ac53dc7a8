import crypto from 'node:crypto';
import { join } from 'node:path';
import { getBalance, ledgerMigrations } from '@shotloom/ledger';
import type { Principal } from '@shotloom/contracts';
import {
  checkSchemaSnapshot,
  describeSchema,
  migrate,
  openDatabase,
  type Database,
} from '@shotloom/database';
import { createTestDatabase, silentLogger, waitFor, type TestDatabase } from '@shotloom/testing';
import { Credentials } from '../src/identity/credentials';
import { seedDemoUser } from '../src/identity/demo-user';
import { identityMigrations } from '../src/identity/schema/migrations';
import type { IdentityTables } from '../src/identity/schema/tables';
import { Tickets } from '../src/identity/tickets';

let testDatabase: TestDatabase;
let database: Database<IdentityTables>;
let now: Date;
let credentials: Credentials;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  await migrate({ url: testDatabase.url }, [identityMigrations, ledgerMigrations]);
  database = openDatabase({ url: testDatabase.url, applicationName: 'gateway-test', logger: silentLogger() });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});
beforeEach(() => {
  now = new Date();
  credentials = new Credentials(database, { now: () => now }, silentLogger());
});

const principal = (userId: string, accountId: string, scopes: Principal['scopes']): Principal => ({
  userId,
  accountId,
  scopes,
  role: 'user',
  method: 'api_key',
  keyId: null,
  sessionId: null,
});
const seed = (key?: string): ReturnType<typeof seedDemoUser> => seedDemoUser(database, key);
const setKeys = (values: { revoked_at?: Date; expires_at?: Date }): Promise<unknown> =>
  database.sql.updateTable('identity.api_keys').set(values).where('revoked_at', 'is', null).execute();

it('has the schema that is committed beside its migrations', async () => {
  const actual = await describeSchema(database.sql, ['identity']);
  const file = join(__dirname, '..', 'src', 'identity', 'schema', 'schema.snapshot.json');
  expect(checkSchemaSnapshot(actual, file)).toEqual([]);
});

describe('the demo user', () => {
  it('is made once, has 1,000 credits once, and keeps a valid key', async () => {
    const first = await seed();
    const second = await seed(first.apiKey);
    expect(second).toEqual(first);
    expect(await getBalance(database.sql, first.accountId)).toEqual({ available: 1_000, held: 0 });
  });

  it('gets a new key where the given one is not valid, and the lost one ends', async () => {
    const first = await seed();
    const second = await seed('sl_no_key');
    expect(second.userId).toBe(first.userId);
    expect(second.apiKey).not.toBe(first.apiKey);
    expect(await credentials.verifyApiKey(first.apiKey)).toBeNull();
    expect(await credentials.verifyApiKey(second.apiKey)).not.toBeNull();
  });
});

describe('an API key', () => {
  it('tells who it belongs to, and notes at most once a minute that it was used', async () => {
    const { apiKey, userId, accountId } = await seed();
    const lastUsed = async (): Promise<Date | null> => {
      const row = await database.sql
        .selectFrom('identity.api_keys')
        .select('last_used_at')
        .where('revoked_at', 'is', null)
        .executeTakeFirstOrThrow();
      return row.last_used_at;
    };
    expect(await credentials.verifyApiKey(apiKey)).toMatchObject({
      userId,
      accountId,
      scopes: ['generate', 'read'],
    });
    const noted = await waitFor(lastUsed, { what: 'the use to be noted' });
    now = new Date(now.getTime() + 5_000);
    await credentials.verifyApiKey(apiKey);
    expect(await lastUsed()).toEqual(noted);
  });

  it('is refused with one character changed', async () => {
    const { apiKey } = await seed();
    const changed = apiKey.slice(0, -2) + (apiKey.at(-2) === 'A' ? 'B' : 'A') + apiKey.slice(-1);
    expect(await credentials.verifyApiKey(changed)).toBeNull();
  });

  it('takes the same work to refuse, known or not: one look-up, one hash, one comparison', async () => {
    const { apiKey } = await seed();
    const [prefix = ''] = /^sl_[0-9a-f]{16}/.exec(apiKey) ?? [];
    const secret = 'A'.repeat(43);
    // Counted and not timed: a machine that is busy would make a clock say anything.
    const work = [
      jest.spyOn(database.sql, 'selectFrom'),
      jest.spyOn(crypto, 'createHash'),
      jest.spyOn(crypto, 'timingSafeEqual'),
    ];
    const counts: number[][] = [];
    for (const key of [`${prefix}_${secret}`, `sl_0123456789abcdef_${secret}`]) {
      work.forEach((spy) => spy.mockClear());
      expect(await credentials.verifyApiKey(key)).toBeNull();
      counts.push(work.map((spy) => spy.mock.calls.length));
    }
    work.forEach((spy) => spy.mockRestore());
    // One hash is of the whole key, under which a valid one is remembered.
    expect(counts).toEqual([
      [1, 2, 1],
      [1, 2, 1],
    ]);
  });

  it('ends within a second of being revoked', async () => {
    const { apiKey } = await seed();
    expect(await credentials.verifyApiKey(apiKey)).not.toBeNull();
    await setKeys({ revoked_at: new Date() });
    now = new Date(now.getTime() + 1_001);
    expect(await credentials.verifyApiKey(apiKey)).toBeNull();
  });

  it('ends when it expires', async () => {
    const { apiKey } = await seed();
    await setKeys({ expires_at: new Date(now.getTime() - 1) });
    expect(await credentials.verifyApiKey(apiKey)).toBeNull();
  });
});

describe('a ticket', () => {
  it('is good once, for one of two that come at the same time, and only for reading', async () => {
    const { userId, accountId } = await seed();
    const tickets = new Tickets(database);
    const { ticket, expiresAt } = await tickets.issue(principal(userId, accountId, ['generate', 'read']));
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now() + 30_000);
    const redeemed = await Promise.all([tickets.redeem(ticket), tickets.redeem(ticket)]);
    expect(redeemed.filter((redeemer) => redeemer !== null)).toEqual([
      { ...principal(userId, accountId, ['read']), method: 'ticket' },
    ]);
    expect(await tickets.redeem(ticket)).toBeNull();
  });

  it('is not good after its minute', async () => {
    const { userId, accountId } = await seed();
    const tickets = new Tickets(database);
    const { ticket } = await tickets.issue(principal(userId, accountId, ['read']));
    await database.sql
      .updateTable('identity.tickets')
      .set({ created_at: new Date(0) })
      .execute();
    await database.run(async ({ sql: tx }) => {
      const rows = await tx.deleteFrom('identity.tickets').returningAll().execute();
      for (const row of rows) {
        await tx
          .insertInto('identity.tickets')
          .values({ ...row, expires_at: new Date(Date.now() - 1_000) })
          .execute();
      }
    });
    expect(await tickets.redeem(ticket)).toBeNull();
  });
});
