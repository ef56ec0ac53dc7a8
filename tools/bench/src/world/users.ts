import { createHash, randomBytes } from 'node:crypto';
import type { Client } from 'pg';

export interface BenchUser {
  readonly userId: string;
  readonly accountId: string;
  readonly apiKey: string;
}

/** Enough that no run ends for want of credits. */
const CREDITS = 1_000_000_000;

/** Ids that follow from a number, so that a script inside Postgres can name the same users. */
export const USER_PREFIX = '0b000000-0000-7000-8000-';
export const ACCOUNT_PREFIX = '0a000000-0000-7000-8000-';
const KEY_PREFIX = '0c000000-0000-7000-8000-';

export function numberedId(prefix: string, number: number): string {
  return `${prefix}${number.toString(16).padStart(12, '0')}`;
}

/** Users with a key and credits, written as their owners would: the identity tables by rows, credits by the ledger's function. */
export async function seedUsers(client: Client, count: number): Promise<BenchUser[]> {
  const users = Array.from({ length: count }, (_, index) => newUser(index + 1));
  const accountIds = users.map(({ accountId }) => accountId);
  const userIds = users.map(({ userId }) => userId);
  // What is measured must not be the limiter.
  await client.query(
    `insert into identity.plans (id, title, concurrency, unlimited) values ('bench', 'Bench', 1000, true)
     on conflict (id) do nothing`,
  );
  await client.query(
    `insert into identity.accounts (id, name, plan_id) select id, 'Bench', 'bench' from unnest($1::uuid[]) as id`,
    [accountIds],
  );
  await client.query(
    `with made as (
       insert into identity.users (id, account_id, email, display_name)
       select id, account, id || '@bench.invalid', 'Bench' from unnest($1::uuid[], $2::uuid[]) as row (id, account)
       returning id, account_id
     )
     insert into identity.memberships (account_id, user_id, role) select account_id, id, 'owner' from made`,
    [userIds, accountIds],
  );
  await client.query(
    `insert into identity.api_keys (id, account_id, owner_user_id, name, prefix, secret_hash, scopes)
     select id, account, owner, 'bench', prefix, hash, '{generate,read}'
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bytea[]) as row (id, account, owner, prefix, hash)`,
    [
      users.map((_, index) => numberedId(KEY_PREFIX, index + 1)),
      accountIds,
      userIds,
      users.map(({ apiKey }) => apiKey.slice(0, 19)),
      users.map(({ apiKey }) => createHash('sha256').update(apiKey.slice(20)).digest()),
    ],
  );
  await client.query(
    `select ledger.grant_credits(id, $2::bigint, 'bench:' || id, 'bench', null) from unnest($1::uuid[]) as id`,
    [accountIds, CREDITS],
  );
  return users;
}

/** As the gateway makes keys: 16 hex digits to find it by, 32 random bytes to prove it. */
function newUser(number: number): BenchUser {
  const apiKey = `sl_${randomBytes(8).toString('hex')}_${randomBytes(32).toString('base64url')}`;
  return {
    userId: numberedId(USER_PREFIX, number),
    accountId: numberedId(ACCOUNT_PREFIX, number),
    apiKey,
  };
}
