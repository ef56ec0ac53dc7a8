import { Inject, Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type {
  AccountListQuery,
  AccountPage,
  AccountResource,
  ChangeAccount,
  CreateAccount,
  Principal,
} from '@shotloom/contracts';
import type { Bus } from '@shotloom/bus';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError, newId } from '@shotloom/kernel';
import { openLedgerAccount } from '@shotloom/ledger';
import { writeAudit, type Actor } from '../audit/audit-log';
import { notFound } from '../http/path-id';
import { claimKey } from '../identity/idempotency';
import { defaultPlan } from '../identity/people';
import type { IdentityTables } from '../identity/schema/tables';
import { AccountLimits } from '../limits/account-limits';
import { tellCredits } from '../credits/credit-news';
import { BUS, DATABASE } from '../platform/parts';
import { managerOf, membershipOf } from './membership';
import { pageOf, readIdCursor } from './pages';

type Tx = UnitOfWork<IdentityTables>['sql'];
type Executor = Kysely<IdentityTables>;

/** Organisations that one person may own: each has a balance and free things of its own. */
const MOST_OWNED = 20;

/** Accounts as their members see them. */
@Injectable()
export class Accounts {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(BUS) private readonly bus: Bus,
    private readonly limits: AccountLimits,
  ) {}

  async list(principal: Principal, { limit, cursor }: AccountListQuery): Promise<AccountPage> {
    const rows = await accountsOf(this.database.sql, principal.userId)
      .where('account.id', '>', readIdCursor(cursor))
      .orderBy('account.id')
      .limit(limit + 1)
      .execute();
    return pageOf(rows.map(toAccount), limit, ({ id }) => id);
  }

  async get(principal: Principal, accountId: string): Promise<AccountResource> {
    return find(this.database.sql, principal.userId, accountId);
  }

  async create(
    principal: Principal,
    body: CreateAccount,
    actor: Actor,
    idempotencyKey: string | undefined,
  ): Promise<AccountResource> {
    return this.database.run(async ({ sql }) => {
      const { userId } = principal;
      const accountId = newId();
      const request = { userId, route: 'POST /api/v1/accounts', key: idempotencyKey, body };
      const known = await claimKey(sql, request, accountId);
      if (known !== null) return find(sql, userId, known);
      await refuseTooMany(sql, userId);
      await sql
        .insertInto('identity.accounts')
        .values({ id: accountId, name: body.name, kind: 'organisation', plan_id: await defaultPlan(sql) })
        .execute();
      await sql
        .insertInto('identity.memberships')
        .values({ account_id: accountId, user_id: userId, role: 'owner' })
        .execute();
      await openLedgerAccount(sql, { accountId });
      await audit(sql, actor, 'account.created', accountId, { name: body.name });
      return find(sql, userId, accountId);
    });
  }

  async change(
    principal: Principal,
    accountId: string,
    body: ChangeAccount,
    actor: Actor,
  ): Promise<AccountResource> {
    return this.database.run(async ({ sql }) => {
      await managerOf(sql, accountId, principal.userId);
      const { name, low_balance_alert_credits: threshold } = body;
      if (name === undefined && threshold === undefined) return find(sql, principal.userId, accountId);
      await sql
        .updateTable('identity.accounts')
        .set({
          ...(name === undefined ? {} : { name }),
          // What is below already is no crossing.
          ...(threshold === undefined ? {} : { low_balance_credits: threshold, low_balance_armed: false }),
        })
        .where('id', '=', accountId)
        .execute();
      await audit(sql, actor, 'account.changed', accountId, { ...body });
      return find(sql, principal.userId, accountId);
    });
  }

  /** What this person does when signed in is paid by this account from now on, on every replica within a second. API keys stay with theirs. */
  async activate(principal: Principal, accountId: string, actor: Actor): Promise<AccountResource> {
    return this.database.run(async (work) => {
      const { sql } = work;
      await membershipOf(sql, accountId, principal.userId);
      const { disabled_at: disabledAt } = await sql
        .selectFrom('identity.accounts')
        .select('disabled_at')
        .where('id', '=', accountId)
        .executeTakeFirstOrThrow();
      if (disabledAt !== null) throw new AppError('conflict', 'This account is switched off; ask support.');
      await sql
        .updateTable('identity.users')
        .set({ account_id: accountId })
        .where('id', '=', principal.userId)
        .execute();
      await audit(sql, actor, 'account.activated', accountId, {});
      work.afterCommit(() => this.limits.forget(accountId));
      tellCredits(this.bus, work, { userIds: [principal.userId] });
      return find(sql, principal.userId, accountId);
    });
  }
}

const audit = (
  sql: Tx,
  actor: Actor,
  action: string,
  accountId: string,
  details: Record<string, unknown>,
): Promise<void> =>
  writeAudit(sql, { actor, action, target: { type: 'account', id: accountId }, accountId, details });

async function refuseTooMany(sql: Tx, userId: string): Promise<void> {
  // Two at once of one person wait for each other.
  await sql.selectFrom('identity.users').select('id').where('id', '=', userId).forUpdate().execute();
  const { count } = await sql
    .selectFrom('identity.memberships as member')
    .innerJoin('identity.accounts as account', 'account.id', 'member.account_id')
    .select((where) => where.fn.countAll<string>().as('count'))
    .where('member.user_id', '=', userId)
    .where('member.role', '=', 'owner')
    .where('account.kind', '=', 'organisation')
    .executeTakeFirstOrThrow();
  if (Number(count) < MOST_OWNED) return;
  throw new AppError(
    'conflict',
    `You own ${MOST_OWNED} organisations, which is the most; hand one over first.`,
  );
}

function accountsOf(sql: Executor, userId: string) {
  return sql
    .selectFrom('identity.memberships as member')
    .innerJoin('identity.accounts as account', 'account.id', 'member.account_id')
    .innerJoin('identity.users as user', 'user.id', 'member.user_id')
    .select(['account.id', 'account.name', 'account.kind', 'account.plan_id', 'account.low_balance_credits'])
    .select(['account.created_at', 'member.role', 'member.monthly_credit_limit'])
    .select((where) => where('user.account_id', '=', where.ref('account.id')).as('active'))
    .where('member.user_id', '=', userId);
}

type AccountRow = Awaited<ReturnType<ReturnType<typeof accountsOf>['execute']>>[number];

async function find(sql: Executor, userId: string, accountId: string): Promise<AccountResource> {
  const row = await accountsOf(sql, userId).where('account.id', '=', accountId).executeTakeFirst();
  if (!row) throw notFound('account', accountId);
  return toAccount(row);
}

function toAccount(row: AccountRow): AccountResource {
  const limit = row.monthly_credit_limit;
  const alert = row.low_balance_credits;
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    plan: row.plan_id,
    role: row.role,
    active: row.active === true,
    monthly_credit_limit: limit === null ? null : Number(limit),
    low_balance_alert_credits: alert === null ? null : Number(alert),
    created_at: row.created_at.toISOString(),
  };
}
