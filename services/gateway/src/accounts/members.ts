import { Inject, Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type {
  AccountListQuery,
  ChangeMember,
  MemberPage,
  MemberResource,
  Principal,
} from '@shotloom/contracts';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { writeAudit, type Actor } from '../audit/audit-log';
import { notFound } from '../http/path-id';
import { Revocations } from '../identity/revocations';
import type { MemberRole } from '../identity/schema/people-tables';
import type { IdentityTables } from '../identity/schema/tables';
import { AccountLimits } from '../limits/account-limits';
import { DATABASE } from '../platform/parts';
import { keepAnOwner, lockAccount, managerOf, membershipOf, onlyOrganisations } from './membership';
import { pageOf, readIdCursor } from './pages';
import { takeOut } from './take-out';

type Tx = UnitOfWork<IdentityTables>['sql'];

/** Who shares an account, and how much of it. */
@Injectable()
export class Members {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    private readonly limits: AccountLimits,
    private readonly revocations: Revocations,
  ) {}

  async list(
    principal: Principal,
    accountId: string,
    { limit, cursor }: AccountListQuery,
  ): Promise<MemberPage> {
    const { sql } = this.database;
    await membershipOf(sql, accountId, principal.userId);
    const rows = await membersOf(sql, accountId)
      .where('user.id', '>', readIdCursor(cursor))
      .orderBy('user.id')
      .limit(limit + 1)
      .execute();
    return pageOf(rows.map(toMember), limit, ({ user_id: id }) => id);
  }

  async change(
    principal: Principal,
    { accountId, userId }: { readonly accountId: string; readonly userId: string },
    body: ChangeMember,
    actor: Actor,
  ): Promise<MemberResource> {
    return this.database.run(async (work) => {
      const { sql } = work;
      const manager = await managerOf(sql, accountId, principal.userId);
      const before = await findMember(sql, accountId, userId);
      mayTouch(manager.role, [before.role, ...(body.role === undefined ? [] : [body.role])]);
      if (before.role === 'owner' && body.role !== undefined && body.role !== 'owner') {
        await keepAnOwner(sql, accountId, userId);
      }
      const { role = before.role, monthly_credit_limit: limit = before.monthly_credit_limit } = body;
      await sql
        .updateTable('identity.memberships')
        .set({ role, monthly_credit_limit: limit })
        .where('account_id', '=', accountId)
        .where('user_id', '=', userId)
        .execute();
      const from = { role: before.role, monthly_credit_limit: before.monthly_credit_limit };
      await writeAudit(sql, {
        actor,
        action: 'member.changed',
        target: { type: 'user', id: userId },
        accountId,
        details: { from, to: { role, monthly_credit_limit: limit } },
      });
      work.afterCommit(() => this.limits.forget(accountId));
      return { ...before, role, monthly_credit_limit: limit };
    });
  }

  /** Takes somebody out, or lets the caller go. */
  async remove(
    principal: Principal,
    { accountId, userId }: { readonly accountId: string; readonly userId: string },
    actor: Actor,
  ): Promise<void> {
    await this.database.run(async (work) => {
      const { sql } = work;
      await lockAccount(sql, accountId);
      const membership = await membershipOf(sql, accountId, principal.userId);
      const leaves = userId === principal.userId;
      if (!leaves) await managerOf(sql, accountId, principal.userId, 'no lock');
      const member = await findMember(sql, accountId, userId);
      if (!leaves) mayTouch(membership.role, [member.role]);
      onlyOrganisations(membership);
      if (member.role === 'owner') await keepAnOwner(sql, accountId, userId);
      const revoked = await takeOut(sql, accountId, userId);
      await writeAudit(sql, {
        actor,
        action: leaves ? 'member.left' : 'member.removed',
        target: { type: 'user', id: userId },
        accountId,
        details: { role: member.role, revoked_keys: revoked.keyIds.length },
      });
      work.afterCommit(() => this.limits.forget(accountId));
      this.revocations.afterCommit(work, revoked);
    });
  }
}

/** Only owners make, change and remove owners. */
export function mayTouch(mine: MemberRole, roles: readonly MemberRole[]): void {
  if (mine === 'owner' || !roles.includes('owner')) return;
  throw new AppError(
    'forbidden',
    'Only an owner may do this to an owner, or make one; ask an owner of the account.',
  );
}

function membersOf(sql: Kysely<IdentityTables>, accountId: string) {
  return sql
    .selectFrom('identity.memberships as member')
    .innerJoin('identity.users as user', 'user.id', 'member.user_id')
    .select(['user.id', 'user.email', 'user.display_name', 'member.role'])
    .select(['member.monthly_credit_limit', 'member.created_at'])
    .where('member.account_id', '=', accountId);
}

async function findMember(sql: Tx, accountId: string, userId: string): Promise<MemberResource> {
  const row = await membersOf(sql, accountId).where('user.id', '=', userId).executeTakeFirst();
  if (!row) throw notFound('member', userId);
  return toMember(row);
}

type MemberRow = Awaited<ReturnType<ReturnType<typeof membersOf>['execute']>>[number];

function toMember(row: MemberRow): MemberResource {
  const limit = row.monthly_credit_limit;
  return {
    user_id: row.id,
    email: row.email,
    display_name: row.display_name,
    role: row.role,
    monthly_credit_limit: limit === null ? null : Number(limit),
    joined_at: row.created_at.toISOString(),
  };
}
