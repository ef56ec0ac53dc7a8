import type { Price, Tariff } from '../price';
import { MICRO_USD_PER_CREDIT } from '../rules';

/** A price in whole credits that is never below the tariff: every amount of it, rounded up on its own. */
export function priceCovering(tariff: Tariff, version: string): Price {
  const credits = (units: number): number =>
    // In millionths, since 0.07 times 100 is not 7 everywhere.
    Math.ceil(Math.round((units * tariff.micro_usd_per_unit * 1_000_000) / MICRO_USD_PER_CREDIT) / 1_000_000);
  return {
    version,
    base: credits(tariff.base),
    per_second: credits(tariff.per_second),
    ...(tariff.rates && {
      rates: tariff.rates.map(({ when, base, per_second }) => ({
        when,
        base: credits(base),
        per_second: credits(per_second),
      })),
    }),
    ...(tariff.per_input && {
      per_input: tariff.per_input.map((row) => ({ ...row, amount: credits(row.amount) })),
    }),
  };
}
