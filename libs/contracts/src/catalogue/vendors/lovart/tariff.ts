import type { Tariff } from '../../price';

/** The day of the vendor's official skill from which the tools are. */
export const AS_OF = '2026-08-08';

/**
 * The vendor publishes no price for a video: its agent names the costs of each and waits for a yes. So this is no price list but our
 * budget, the most that the adapter says yes to. What a customer pays covers it, and a dearer video is refused before it is made.
 * What a Lovart credit is worth in money is not published either: we count it as a US cent, which an operator checks against the plan.
 */
export const budgetPerSecond = (credits: number): Tariff => ({
  ...{ as_of: AS_OF, unit: 'lovart_credit', micro_usd_per_unit: 10_000, base: 0 },
  per_second: credits,
});
