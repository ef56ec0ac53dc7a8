import { sql, type Selectable } from 'kysely';
import { limitsChangedV1, retentionChangedV1, subjects } from '@shotloom/contracts';
import type { UnitOfWork } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import type { PlansTable } from '../identity/schema/people-tables';
import type { IdentityTables } from '../identity/schema/tables';

type Work = UnitOfWork<IdentityTables>;

/** News of all plans in their order: they are few, and an older one must not come last. */
const PARTITION = 'limits';

/**
 * Says that an account has another plan now, so that it holds for what waits already and not only for the next order. In the transaction
 * of the change, after it, under the lock of the account.
 */
export async function tellAccountLimits(work: Work, accountId: string): Promise<void> {
  // Locked: a change of it that is under way comes before or after as a whole.
  const plan = await work.sql
    .selectFrom('identity.plans as plan')
    .selectAll('plan')
    .where('plan.id', '=', (where) =>
      where.selectFrom('identity.accounts').select('plan_id').where('id', '=', accountId),
    )
    .forShare()
    .executeTakeFirstOrThrow();
  const { limits_version: version } = await work.sql
    .updateTable('identity.accounts')
    .set({ limits_version: NEXT_VERSION })
    .where('id', '=', accountId)
    .returning('limits_version')
    .executeTakeFirstOrThrow();
  emit(work, plan, { id: accountId, version: Number(version) });
}

/** The same where the plan itself was changed, under its lock. */
export async function tellPlanLimits(work: Work, planId: string): Promise<void> {
  const plan = await work.sql
    .updateTable('identity.plans')
    .set({ limits_version: NEXT_VERSION })
    .where('id', '=', planId)
    .returningAll()
    .executeTakeFirstOrThrow();
  emit(work, plan, null);
}

const NEXT_VERSION = sql<string>`nextval('identity.limits_version')`;

function emit(
  work: Work,
  plan: Selectable<PlansTable>,
  account: { readonly id: string; readonly version: number } | null,
): void {
  const { id: planId, unlimited } = plan;
  const version = Number(plan.limits_version);
  work.emit({
    contract: retentionChangedV1,
    subject: subjects.retentionChanged,
    partitionKey: PARTITION,
    correlationId: newId(),
    payload: { account, planId, version, retentionDays: plan.retention_days },
  });
  work.emit({
    contract: limitsChangedV1,
    subject: subjects.limitsChanged,
    partitionKey: PARTITION,
    correlationId: newId(),
    payload: {
      account,
      planId,
      version,
      concurrency: unlimited ? null : plan.concurrency,
      perProvider: unlimited ? null : plan.per_provider_concurrency,
      weight: Number(plan.weight),
    },
  });
}
