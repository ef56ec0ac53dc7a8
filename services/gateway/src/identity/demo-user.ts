import { newId } from '@shotloom/kernel';
import type { Database, UnitOfWork } from '@shotloom/database';
import { grant } from '@shotloom/ledger';
import { createApiKey, parseApiKey, secretMatches } from './api-key';
import { createPerson } from './people';
import type { IdentityTables } from './schema/tables';

const DEMO_EMAIL = 'demo@shotloom.local';
const DEMO_KEY_NAME = 'demo';
const DEMO_CREDITS = 1_000;

export interface DemoUser {
  readonly userId: string;
  readonly accountId: string;
  readonly apiKey: string;
}

type Tx = UnitOfWork<IdentityTables>['sql'];

/**
 * The demo user with 1,000 credits and a key. Running it again changes nothing but the key: the one given is kept
 * while it is valid; otherwise a new one is made and older demo keys, which nobody knows any more, are revoked.
 */
export function seedDemoUser(
  database: Database<IdentityTables>,
  presentKey: string | undefined,
): Promise<DemoUser> {
  return database.run(async ({ sql }) => {
    const user = (await findDemoUser(sql)) ?? (await createDemoUser(sql));
    await grant(sql, {
      accountId: user.accountId,
      amount: DEMO_CREDITS,
      reference: `seed-demo:${user.accountId}`,
      reason: 'Demo credits',
    });
    if (presentKey !== undefined && (await isValid(sql, user.userId, presentKey))) {
      return { ...user, apiKey: presentKey };
    }
    return { ...user, apiKey: await replaceKey(sql, user) };
  });
}

type Owner = Omit<DemoUser, 'apiKey'>;

async function findDemoUser(sql: Tx): Promise<Owner | undefined> {
  return sql
    .selectFrom('identity.users')
    .select(['id as userId', 'account_id as accountId'])
    .where((where) => where(where.fn<string>('lower', ['email']), '=', DEMO_EMAIL))
    .executeTakeFirst();
}

function createDemoUser(sql: Tx): Promise<Owner> {
  return createPerson(sql, {
    email: DEMO_EMAIL,
    displayName: 'Demo',
    emailVerifiedAt: new Date(),
    planId: 'demo',
  });
}

async function isValid(sql: Tx, userId: string, key: string): Promise<boolean> {
  const parsed = parseApiKey(key);
  if (!parsed) return false;
  const row = await sql
    .selectFrom('identity.api_keys')
    .select(['secret_hash', 'revoked_at', 'expires_at'])
    .where('prefix', '=', parsed.prefix)
    .where('owner_user_id', '=', userId)
    .executeTakeFirst();
  const alive = row?.revoked_at === null && (row.expires_at === null || row.expires_at > new Date());
  return secretMatches(parsed.secret, row?.secret_hash) && alive;
}

async function replaceKey(sql: Tx, owner: Owner): Promise<string> {
  await sql
    .updateTable('identity.api_keys')
    .set({ revoked_at: new Date() })
    .where('owner_user_id', '=', owner.userId)
    .where('name', '=', DEMO_KEY_NAME)
    .where('revoked_at', 'is', null)
    .execute();
  const { key, prefix, secretHash } = createApiKey();
  await sql
    .insertInto('identity.api_keys')
    .values({
      id: newId(),
      account_id: owner.accountId,
      owner_user_id: owner.userId,
      name: DEMO_KEY_NAME,
      prefix,
      secret_hash: secretHash,
      scopes: ['generate', 'read'],
    })
    .execute();
  return key;
}
