import type { Kysely } from 'kysely';
import { AppError } from '@shotloom/kernel';
import { notFound } from '../http/path-id';
import type { IdentityTables } from '../identity/schema/tables';
import type { MemberRole } from '../identity/schema/people-tables';

type Executor = Kysely<IdentityTables>;

export interface Membership {
  readonly role: MemberRole;
  readonly kind: 'personal' | 'organisation';
}

/** How somebody stands to an account. Throws `not_found` for those who are no members: to them it does not exist. */
export async function membershipOf(sql: Executor, accountId: string, userId: string): Promise<Membership> {
  const row = await sql
    .selectFrom('identity.memberships as member')
    .innerJoin('identity.accounts as account', 'account.id', 'member.account_id')
    .select(['member.role', 'account.kind'])
    .where('member.account_id', '=', accountId)
    .where('member.user_id', '=', userId)
    .executeTakeFirst();
  if (!row) throw notFound('account', accountId);
  return row;
}

/**
 * The same for somebody who runs it. With `lock`, nobody else changes its members until the transaction ends, so that what is counted
 * stays so.
 */
export async function managerOf(
  sql: Executor,
  accountId: string,
  userId: string,
  lock: 'lock' | 'no lock' = 'lock',
): Promise<Membership> {
  if (lock === 'lock') await lockAccount(sql, accountId);
  const membership = await membershipOf(sql, accountId, userId);
  if (membership.role !== 'member') return membership;
  throw new AppError('forbidden', 'Only owners and admins of the account may do this; ask one of them.');
}

export async function lockAccount(sql: Executor, accountId: string): Promise<void> {
  await sql
    .selectFrom('identity.accounts')
    .select('id')
    .where('id', '=', accountId)
    .forUpdate()
    .executeTakeFirst();
}

export function onlyOrganisations({ kind }: Membership): void {
  if (kind === 'organisation') return;
  throw new AppError(
    'conflict',
    'This is a personal account: it has one member. Create an organisation to share.',
  );
}

/** An account always has somebody who may pay and close it. Call it under the lock. Throws `conflict`. */
export async function keepAnOwner(sql: Executor, accountId: string, leaving: string): Promise<void> {
  const other = await sql
    .selectFrom('identity.memberships')
    .select('user_id')
    .where('account_id', '=', accountId)
    .where('role', '=', 'owner')
    .where('user_id', '!=', leaving)
    .executeTakeFirst();
  if (other) return;
  throw new AppError('conflict', 'This is the last owner of the account; make somebody else an owner first.');
}

/** Under the lock. Throws `conflict` where the plan has no place for `more` members. */
export async function refuseBeyondPlan(sql: Executor, accountId: string, more: number): Promise<void> {
  const { members_max: most } = await sql
    .selectFrom('identity.accounts as account')
    .innerJoin('identity.plans as plan', 'plan.id', 'account.plan_id')
    .select('plan.members_max')
    .where('account.id', '=', accountId)
    .executeTakeFirstOrThrow();
  const { count } = await sql
    .selectFrom('identity.memberships')
    .select((where) => where.fn.countAll<string>().as('count'))
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  if (Number(count) + more <= most) return;
  throw new AppError(
    'conflict',
    `The plan of this account has place for ${most} members; take a greater plan.`,
  );
}
