import type { Tariff } from '../../price';

/** The day on which the vendor's documentation and price list said what is written in this folder. */
export const AS_OF = '2026-11-22';

/** Seconds of an Nvidia A40 (Large), 0.000725 US dollars each: what the vendor bills a community model on that hardware. */
export const A40_SECOND = 'replicate_a40_second';
const MICRO_USD_PER_A40_SECOND = 725;

/**
 * A model that is billed by the second of its hardware. How many a video takes is known when it is over, and then reported; `seconds` is
 * what is reserved and sold, meant to be enough.
 */
export const onA40 = (seconds: number): Tariff => ({
  as_of: AS_OF,
  unit: A40_SECOND,
  micro_usd_per_unit: MICRO_USD_PER_A40_SECOND,
  base: seconds,
  per_second: 0,
});

/** US dollars for a video, by size. What no rate is about costs what is dearest. */
export function perVideo(prices: Readonly<Record<string, number>>): Tariff {
  return {
    as_of: AS_OF,
    unit: 'usd',
    micro_usd_per_unit: 1_000_000,
    base: Math.max(...Object.values(prices)),
    per_second: 0,
    rates: Object.entries(prices).map(([size, base]) => ({ when: { sizes: [size] }, base, per_second: 0 })),
  };
}
