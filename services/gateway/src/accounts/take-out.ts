import { sql as raw } from 'kysely';
import type { UnitOfWork } from '@shotloom/database';
import type { IdentityTables } from '../identity/schema/tables';

type Tx = UnitOfWork<IdentityTables>['sql'];

/**
 * Ends a membership with everything that it opened: the person's API keys and tickets of this account, and the account as the one that
 * pays for them, which their own is again. Returns what others may remember and must forget.
 */
export async function takeOut(
  sql: Tx,
  accountId: string,
  userId: string,
): Promise<{ readonly keyIds: readonly string[] }> {
  const keys = await sql
    .updateTable('identity.api_keys')
    .set({ revoked_at: raw<Date>`now()` })
    .where('account_id', '=', accountId)
    .where('owner_user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .returning('id')
    .execute();
  await sql
    .deleteFrom('identity.tickets')
    .where('account_id', '=', accountId)
    .where('owner_user_id', '=', userId)
    .execute();
  const personal = await sql
    .selectFrom('identity.memberships as member')
    .innerJoin('identity.accounts as account', 'account.id', 'member.account_id')
    .select('account.id')
    .where('member.user_id', '=', userId)
    .where('account.kind', '=', 'personal')
    .orderBy('account.id')
    .limit(1)
    .executeTakeFirstOrThrow();
  await sql
    .updateTable('identity.users')
    .set({ account_id: personal.id })
    .where('id', '=', userId)
    .where('account_id', '=', accountId)
    .execute();
  await sql
    .deleteFrom('identity.memberships')
    .where('account_id', '=', accountId)
    .where('user_id', '=', userId)
    .execute();
  return { keyIds: keys.map(({ id }) => id) };
}
