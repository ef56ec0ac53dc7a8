import { randomBytes } from 'node:crypto';
import { migrate, openDatabase, type Database } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import { readKeyRing } from '@shotloom/sealing';
import { createTestDatabase, silentLogger, type TestDatabase } from '@shotloom/testing';
import { resealSecrets } from '../src/endpoints/reseal-secrets';
import { addSecret, openSecret } from '../src/endpoints/secrets';
import { webhooksMigrations } from '../src/schema/migrations';
import type { WebhookTables } from '../src/schema/tables';

jest.setTimeout(60_000);

const newKey = (): string => randomBytes(32).toString('base64');
const [OLD, NEW] = [newKey(), newKey()];
const old = readKeyRing(OLD, undefined);
const both = readKeyRing(NEW, `${old.current.id}=${OLD}`);
const onlyNew = readKeyRing(NEW, undefined);

let server: TestDatabase;
let database: Database<WebhookTables>;
beforeAll(async () => {
  server = await createTestDatabase();
  await migrate({ url: server.url }, [webhooksMigrations]);
  database = openDatabase<WebhookTables>({
    url: server.url,
    applicationName: 'test',
    logger: silentLogger(),
  });
});
afterAll(async () => {
  await database.close();
  await server.drop();
});
beforeEach(() => database.sql.deleteFrom('webhooks.endpoints').execute());

const add = (keys = old): Promise<string> =>
  database.run(async ({ sql }) => {
    const id = newId();
    await sql
      .insertInto('webhooks.endpoints')
      .values({
        ...{ id, account_id: newId(), owner_user_id: newId(), url: 'https://x.example', description: '' },
        ...{ event_types: ['*'], created_at: new Date() },
      })
      .execute();
    return addSecret(sql, keys, id, 1);
  });
const read = async (keys: typeof old): Promise<string[]> => {
  const rows = await database.sql.selectFrom('webhooks.endpoint_secrets').selectAll().execute();
  return rows.map((row) => openSecret(keys, row));
};

it('seals every secret with the newest key, in batches, and changes none', async () => {
  const secrets: string[] = [];
  for (let made = 0; made < 120; made += 1) secrets.push(await add());
  await add(both);
  // Two at once do not disturb each other.
  const counts = await Promise.all([resealSecrets(database, both), resealSecrets(database, both)]);
  expect(counts.reduce((sum, count) => sum + count)).toBe(120);
  expect(await resealSecrets(database, both)).toBe(0);
  expect(await read(onlyNew)).toEqual(expect.arrayContaining(secrets));
});

it('stops where a key is not configured any more, and leaves what it cannot open', async () => {
  const secret = await add();
  await expect(resealSecrets(database, onlyNew)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('CREDENTIALS_KEYS_OLD') as string,
  });
  expect(await read(old)).toEqual([secret]);
});
