import type { Condition } from '../condition';
import type { ModelSpec } from '../model';
import type { InputRole } from '../vocabulary';
import { countOf, type RequestFacts } from './facts';
import { matches } from './matches';

/** A credit is a US cent. */
export const MICRO_USD_PER_CREDIT = 10_000;

interface Rates {
  readonly base: number;
  readonly per_second: number;
  readonly rates?: readonly { when: Condition; base: number; per_second: number }[] | undefined;
  readonly per_input?: readonly { roles: InputRole[]; after: number; amount: number }[] | undefined;
}

function amountOf(rates: Rates, facts: RequestFacts): number {
  const { base, per_second } = rates.rates?.find(({ when }) => matches(when, facts)) ?? rates;
  const forInputs = (rates.per_input ?? []).map(
    ({ roles, after, amount }) => amount * Math.max(0, countOf(facts, roles) - after),
  );
  return forInputs.reduce(
    (sum, amount) => sum + amount,
    base + per_second * Math.ceil(facts.durationSeconds),
  );
}

/** Whole credits for one video; null where the model has no price, which must never be taken for nothing. */
export function creditsFor({ price }: Pick<ModelSpec, 'price'>, facts: RequestFacts): number | null {
  return price && amountOf(price, facts);
}

/** What the vendor takes for one video, in its own unit and in micro-dollars, rounded up; null where that is not known. */
export function vendorCostOf(
  { vendor_cost: tariff }: Pick<ModelSpec, 'vendor_cost'>,
  facts: RequestFacts,
): { readonly microUsd: number; readonly units: number; readonly unit: string } | null {
  if (!tariff) return null;
  // In millionths, since 0.7 times 10 is not 7 everywhere.
  const millionths = Math.round(amountOf(tariff, facts) * 1_000_000);
  const microUsd = Math.ceil((millionths * tariff.micro_usd_per_unit) / 1_000_000);
  return { microUsd, units: millionths / 1_000_000, unit: tariff.unit };
}
