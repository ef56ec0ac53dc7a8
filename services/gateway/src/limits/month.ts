import type { acceptJobsRpc, Principal, RpcRequest } from '@shotloom/contracts';
import type { Limits } from './account-limits';

type Budgets = RpcRequest<typeof acceptJobsRpc>['budgets'];

/** The calendar month of a moment in UTC, `YYYY-MM`. */
export const monthOf = (at: Date): string => at.toISOString().slice(0, 7);

/** What counts a member's spending of a month, and a key's. */
export const memberBudget = ({ accountId, userId }: Pick<Principal, 'accountId' | 'userId'>): string =>
  `member:${accountId}:${userId}`;
export const keyBudget = (keyId: string): string => `key:${keyId}`;

/** What a job of this caller counts against this month. Without a limit nothing is counted. */
export function budgetsOf(principal: Principal, limits: Limits, at: Date): Budgets {
  const period = monthOf(at);
  const { memberMonthlyCredits: member, keyMonthlyCredits: key, budgetKeyId } = limits;
  return [
    ...(member === null ? [] : [{ key: memberBudget(principal), period, limit: member }]),
    ...(key === null || budgetKeyId === null ? [] : [{ key: keyBudget(budgetKeyId), period, limit: key }]),
  ];
}
