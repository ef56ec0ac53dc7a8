import { z } from 'zod';
import type { RunwayAccount } from './runway-accounts';
import { invalid } from './runway-errors';
import type { RunwayTask } from './runway-order';
import { creditsOf } from './runway-views';

const DAY_MS = 24 * 3_600_000;
const MODELS = ['gen4.5', 'gen4_turbo', 'veo3.1', 'veo3.1_fast'] as const;
const MAX_DAYS = 90;
const rangeSchema = z
  .object({ startDate: z.iso.date().optional(), beforeDate: z.iso.date().optional() })
  .nullish();

/** `GET /v1/organization`. `made`: tasks of the last day, by model. */
export function organizationView(
  { units, concurrency, dailyGenerations }: RunwayAccount,
  made: Readonly<Record<string, number>>,
): Record<string, unknown> {
  const each = <T>(value: (model: string) => T): Record<string, T> =>
    Object.fromEntries(MODELS.map((model) => [model, value(model)]));
  return {
    creditBalance: units,
    tier: {
      maxMonthlyCreditSpend: 100_000,
      models: each(() => ({
        ...{ maxConcurrentGenerations: concurrency, maxDailyGenerations: dailyGenerations },
      })),
    },
    usage: { models: each((model) => ({ dailyGenerations: made[model] ?? 0 })) },
  };
}

/** `POST /v1/organization/usage`: credits by day and model, the last day not included. */
export function usageView(tasks: readonly RunwayTask[], json: unknown, now: number): Record<string, unknown> {
  const range = rangeSchema.safeParse(json);
  if (!range.success) throw invalid('startDate', 'is no date such as 2026-11-22');
  const start = dayOf(range.data?.startDate ?? isoDay(now - 30 * DAY_MS));
  const before = dayOf(range.data?.beforeDate ?? isoDay(start + 30 * DAY_MS));
  const days = (before - start) / DAY_MS;
  if (!(days > 0 && days <= MAX_DAYS)) throw invalid('beforeDate', 'must be 1 to 90 days after the start');
  const ended = tasks.filter(({ state }) => state === 'succeeded' || state === 'failed');
  const results = Array.from({ length: days }, (_, index) => isoDay(start + index * DAY_MS)).map((date) => ({
    date,
    usedCredits: MODELS.flatMap((model) => {
      const mine = ended.filter(
        ({ order, createdAt }) => order.model === model && isoDay(createdAt) === date,
      );
      const amount = mine.reduce((sum, task) => sum + creditsOf(task), 0);
      return amount === 0 ? [] : [{ model, amount }];
    }),
  }));
  const models = MODELS.filter((model) =>
    results.some(({ usedCredits }) => usedCredits.some((used) => used.model === model)),
  );
  return { models, results };
}

const isoDay = (at: number): string => new Date(at).toISOString().slice(0, 10);
const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`);
