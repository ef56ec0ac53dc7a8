import { Inject, Injectable } from '@nestjs/common';
import { sql, type Selectable } from 'kysely';
import type { AdminPlan, ChangePlanLimits, CreatePlan } from '@shotloom/contracts';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { writeAudit, type Actor } from '../../audit/audit-log';
import { notFound } from '../../http/path-id';
import type { PlansTable } from '../../identity/schema/people-tables';
import type { IdentityTables } from '../../identity/schema/tables';
import { tellPlanLimits } from '../../limits/tell-limits';
import { DATABASE } from '../../platform/parts';

type Tx = UnitOfWork<IdentityTables>['sql'];
type PlanRow = Selectable<PlansTable>;

/** Plans are a handful; more are not listed. */
const MOST_PLANS = 500;
const COUNTED = 10_000;

/** What accounts may do at a time and in an hour. A plan is retired and never removed: accounts have it. */
@Injectable()
export class AdminPlans {
  constructor(@Inject(DATABASE) private readonly database: Database<IdentityTables>) {}

  async list(): Promise<AdminPlan[]> {
    const executor = this.database.sql;
    const plans = await executor
      .selectFrom('identity.plans')
      .selectAll()
      .orderBy('id')
      .limit(MOST_PLANS)
      .execute();
    const { rows } = await sql<{ id: string; count: number }>`
      select plan.id, counted.count from identity.plans plan cross join lateral (
        select count(*)::int as count from (
          select from identity.accounts where plan_id = plan.id limit ${COUNTED}) listed) counted`.execute(
      executor,
    );
    const counts = new Map(rows.map(({ id, count }) => [id, count]));
    return plans.map((plan) => toResource(plan, counts.get(plan.id) ?? 0));
  }

  async get(id: string): Promise<AdminPlan> {
    const plan = (await this.list()).find((candidate) => candidate.id === id);
    if (!plan) throw notFound('plan', id);
    return plan;
  }

  async create(plan: CreatePlan, actor: Actor): Promise<AdminPlan> {
    await this.database.run(async ({ sql: tx }) => {
      const { numInsertedOrUpdatedRows: made } = await tx
        .insertInto('identity.plans')
        .values(plan)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirstOrThrow();
      if (made !== 1n) throw new AppError('conflict', `There is a plan ${plan.id} already.`);
      await audit(tx, actor, 'plan.created', plan.id, { plan });
    });
    return this.get(plan.id);
  }

  /** Another plan becomes the default by `is_default`; the one before stops being it. */
  async change(
    id: string,
    { reason, is_default: isDefault, ...limits }: ChangePlanLimits,
    actor: Actor,
  ): Promise<AdminPlan> {
    await this.database.run(async (work) => {
      const { sql: tx } = work;
      await lockDefault(tx);
      const before = await lockPlan(tx, id);
      const given = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
      if (isDefault === true && before.retired_at !== null) {
        throw new AppError('conflict', `The plan ${id} is retired: it cannot be what new accounts get.`);
      }
      if (isDefault === true) {
        await tx
          .updateTable('identity.plans')
          .set({ is_default: false })
          .where('is_default', '=', true)
          .execute();
      }
      await tx
        .updateTable('identity.plans')
        .set({ ...given, updated_at: sql<Date>`now()` })
        .$if(isDefault === true, (query) => query.set({ is_default: true }))
        .where('id', '=', id)
        .execute();
      await tellPlanLimits(work, id);
      const from = Object.fromEntries(
        Object.keys(given).map((name) => [name, before[name as keyof PlanRow]]),
      );
      await audit(tx, actor, 'plan.changed', id, {
        from,
        to: given,
        is_default: isDefault ?? before.is_default,
        reason,
      });
    });
    return this.get(id);
  }

  /** Nobody new gets it. Throws `conflict` for the default. */
  async retire(id: string, reason: string, actor: Actor): Promise<AdminPlan> {
    await this.database.run(async ({ sql: tx }) => {
      await lockDefault(tx);
      const plan = await lockPlan(tx, id);
      if (plan.is_default)
        throw new AppError('conflict', `New accounts get ${id}: make another plan the default first.`);
      if (plan.retired_at !== null) return;
      await tx
        .updateTable('identity.plans')
        .set({ retired_at: sql<Date>`now()` })
        .where('id', '=', id)
        .execute();
      await audit(tx, actor, 'plan.retired', id, { reason });
    });
    return this.get(id);
  }
}

/** There is always one default; changes of it follow each other. */
async function lockDefault(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('shotloom.plans', 0))`.execute(tx);
}

function lockPlan(tx: Tx, id: string): Promise<PlanRow> {
  return tx
    .selectFrom('identity.plans')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('plan', id));
}

function audit(
  tx: Tx,
  actor: Actor,
  action: string,
  id: string,
  details: Record<string, unknown>,
): Promise<void> {
  return writeAudit(tx, { actor, action, target: { type: 'plan', id }, details });
}

const numberOf = (value: string | number | null): number | null => (value === null ? null : Number(value));

function toResource(row: PlanRow, accounts: number): AdminPlan {
  const { id, title, description, concurrency, per_provider_concurrency, is_default } = row;
  const { generations_per_hour, requests_per_second, members_max, retention_days } = row;
  return {
    ...{ id, title, description, concurrency, per_provider_concurrency, is_default },
    ...{ generations_per_hour, requests_per_second, members_max, retention_days, accounts },
    weight: Number(row.weight),
    monthly_credits: Number(row.monthly_credits),
    upload_image_max_bytes: numberOf(row.upload_image_max_bytes),
    upload_video_max_bytes: numberOf(row.upload_video_max_bytes),
    upload_video_max_seconds: row.upload_video_max_seconds,
    storage_quota_bytes: numberOf(row.storage_quota_bytes),
    retired_at: row.retired_at?.toISOString() ?? null,
  };
}
