import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { AdminAccount, AdminAccountDetail, AdminAccountListQuery } from '@shotloom/contracts';
import { after, exactly, type Database, type UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { getBalance, listTransactions } from '@shotloom/ledger';
import { writeAudit, type Actor } from '../../audit/audit-log';
import { notFound, pathId } from '../../http/path-id';
import type { IdentityTables } from '../../identity/schema/tables';
import { tellAccountLimits } from '../../limits/tell-limits';
import { DATABASE } from '../../platform/parts';
import { containing, toPage } from '../page';

type Tx = UnitOfWork<IdentityTables>['sql'];
interface AccountRow extends Omit<AdminAccount, 'disabled_at' | 'created_at'> {
  readonly disabled_at: Date | null;
  readonly created_at: Date;
  readonly cursor_at: string;
}

const SHOWN = { members: 100, transactions: 20 };

/** Who pays, for those who run the platform. */
@Injectable()
export class AdminAccounts {
  constructor(@Inject(DATABASE) private readonly database: Database<IdentityTables>) {}

  async list({
    limit,
    cursor,
    ...wanted
  }: AdminAccountListQuery): Promise<{ data: AdminAccount[]; next_cursor: string | null }> {
    const { query, plan_id: plan = null, kind = null, disabled = null } = wanted;
    const words = query === undefined ? null : containing(query.toLowerCase());
    const { rows } = await sql<AccountRow>`
      select id, name, kind, plan_id, disabled_at, created_at, ${exactly(sql`created_at`)} as cursor_at
      from identity.accounts
      where ${after(cursor, sql`created_at`, sql`id`)}
        and (${words}::text is null or lower(name) like ${words}) and (${plan}::text is null or plan_id = ${plan})
        and (${kind}::text is null or kind = ${kind})
        and (${disabled}::boolean is null or (disabled_at is not null) = ${disabled})
      order by created_at desc, id desc limit ${limit + 1}`.execute(this.database.sql);
    return toPage(rows, limit, toResource);
  }

  async get(id: string): Promise<AdminAccountDetail> {
    const executor = this.database.sql;
    const row = await executor
      .selectFrom('identity.accounts')
      .selectAll()
      .where('id', '=', pathId('account', id))
      .executeTakeFirst();
    if (!row) throw notFound('account', id);
    const members = await executor
      .selectFrom('identity.memberships as member')
      .innerJoin('identity.users as user', 'user.id', 'member.user_id')
      .select(['member.user_id', 'user.email', 'member.role'])
      .where('member.account_id', '=', id)
      .orderBy('member.created_at')
      .limit(SHOWN.members)
      .execute();
    const { items } = await listTransactions(executor, id, { limit: SHOWN.transactions });
    const { available, held } = await getBalance(executor, id);
    return {
      ...toResource(row),
      credits: { available, held },
      members,
      transactions: items.map(({ id: one, kind, amount, reference, reason, createdAt }) => ({
        ...{ id: one, kind, amount, reference, reason },
        at: createdAt.toISOString(),
      })),
    };
  }

  /** Throws `conflict` for a plan that is retired, `invalid_input` for one that is not there. */
  async changePlan(id: string, planId: string, reason: string, actor: Actor): Promise<AdminAccountDetail> {
    await this.database.run(async (work) => {
      const { sql: tx } = work;
      const account = await lockAccount(tx, id);
      const plan = await tx
        .selectFrom('identity.plans')
        .select(['id', 'retired_at'])
        .where('id', '=', planId)
        .forShare()
        .executeTakeFirst();
      if (!plan) {
        const why = `There is no plan ${planId}.`;
        throw new AppError('invalid_input', why, { fields: [{ field: 'plan_id', reason: why }] });
      }
      if (account.plan_id === planId) return;
      if (plan.retired_at !== null)
        throw new AppError('conflict', `The plan ${planId} is retired: nobody new may get it.`);
      await tx
        .updateTable('identity.accounts')
        .set({ plan_id: planId })
        .where('id', '=', account.id)
        .execute();
      await tellAccountLimits(work, account.id);
      const details = { from: account.plan_id, to: planId, reason };
      await audit(tx, actor, 'account.plan_changed', account.id, details);
    });
    return this.get(id);
  }

  /** Nobody works in a disabled account: keys that are bound to it stop within a second. */
  async setDisabled(
    id: string,
    disabled: boolean,
    reason: string,
    actor: Actor,
  ): Promise<AdminAccountDetail> {
    await this.database.run(async ({ sql: tx }) => {
      const account = await lockAccount(tx, id);
      if ((account.disabled_at !== null) === disabled) return;
      await tx
        .updateTable('identity.accounts')
        .set({ disabled_at: disabled ? sql<Date>`now()` : null })
        .where('id', '=', account.id)
        .execute();
      await audit(tx, actor, disabled ? 'account.disabled' : 'account.enabled', account.id, { reason });
    });
    return this.get(id);
  }
}

function lockAccount(tx: Tx, id: string): Promise<{ id: string; plan_id: string; disabled_at: Date | null }> {
  return tx
    .selectFrom('identity.accounts')
    .select(['id', 'plan_id', 'disabled_at'])
    .where('id', '=', pathId('account', id))
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('account', id));
}

function audit(
  tx: Tx,
  actor: Actor,
  action: string,
  accountId: string,
  details: Record<string, unknown>,
): Promise<void> {
  return writeAudit(tx, { actor, action, target: { type: 'account', id: accountId }, accountId, details });
}

function toResource({ id, name, kind, plan_id, ...row }: Omit<AccountRow, 'cursor_at'>): AdminAccount {
  return {
    ...{ id, name, kind, plan_id },
    disabled_at: row.disabled_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}
