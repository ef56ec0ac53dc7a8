import * as fc from 'fast-check';
import type { Principal } from '@shotloom/contracts';
import type { Limits } from './account-limits';
import { planTerms } from './plan-terms';

const at = new Date('2026-11-30T23:59:59Z');
const principal: Principal = {
  userId: 'u',
  accountId: 'a',
  scopes: ['generate'],
  role: 'user',
  method: 'api_key',
  keyId: 'k',
  sessionId: null,
};
const LIMITS: Limits = {
  planId: 'standard',
  version: 7,
  accountVersion: 3,
  concurrency: 15,
  perProvider: 3,
  weight: 2,
  generationsPerHour: 1_000,
  requestsPerSecond: 50,
  uploadImageMaxBytes: null,
  uploadVideoMaxBytes: null,
  uploadVideoMaxSeconds: null,
  storageQuotaBytes: null,
  memberMonthlyCredits: null,
  keyMonthlyCredits: null,
  budgetKeyId: 'root',
};

it('takes everything from the plan, and counts nothing that has no limit', () => {
  expect(planTerms(principal, LIMITS, { at })).toEqual({
    budgets: [],
    weight: 2,
    limits: {
      concurrency: 15,
      perProvider: 3,
      generationsPerHour: 1_000,
      weight: 2,
      planId: 'standard',
      version: 7,
      accountVersion: 3,
    },
  });
});

it("counts a member's and a key's month, in UTC", () => {
  const limits = { ...LIMITS, memberMonthlyCredits: 0, keyMonthlyCredits: 7 };
  expect(planTerms(principal, limits, { at }).budgets).toEqual([
    { key: 'member:a:u', period: '2026-11', limit: 0 },
    { key: 'key:root', period: '2026-11', limit: 7 },
  ]);
  expect(planTerms(principal, { ...limits, budgetKeyId: null }, { at }).budgets).toHaveLength(1);
});

it('never gives more weight than the plan, whatever a caller asks for', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 8, noNaN: true }),
      fc.option(fc.integer({ min: 1, max: 8 })),
      (weight, priority) => {
        const terms = planTerms(principal, { ...LIMITS, weight }, { priority: priority ?? undefined, at });
        expect(terms.weight).toBeLessThanOrEqual(weight);
        expect(terms.weight).toBeGreaterThanOrEqual(1);
      },
    ),
  );
});

it('has no hour and no concurrency where the plan has none', () => {
  const none = { concurrency: null, perProvider: null, generationsPerHour: null };
  expect(planTerms(principal, { ...LIMITS, ...none }, { at })).toMatchObject({ limits: none });
});
