import type { acceptJobsRpc, Principal, RpcRequest } from '@shotloom/contracts';
import type { Limits } from './account-limits';
import { budgetsOf } from './month';

/** The part of an accept that follows from who asks and not from what is asked for. */
export type PlanTerms = Pick<RpcRequest<typeof acceptJobsRpc>, 'budgets' | 'weight' | 'limits'>;

/** `priority` may lower the weight of the plan and never raises it. Pure. */
export function planTerms(
  principal: Principal,
  limits: Limits,
  { priority, at }: { readonly priority?: number | undefined; readonly at: Date },
): PlanTerms {
  const { concurrency, perProvider, generationsPerHour, weight, planId, version, accountVersion } = limits;
  return {
    budgets: budgetsOf(principal, limits, at),
    weight: Math.min(weight, priority ?? weight),
    limits: { concurrency, perProvider, generationsPerHour, weight, planId, version, accountVersion },
  };
}
