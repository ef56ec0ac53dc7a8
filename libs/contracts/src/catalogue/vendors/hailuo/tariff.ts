import type { Tariff } from '../../price';

/** The day on which the vendor's documentation and price lists said what is written in this folder. */
export const AS_OF = '2026-11-22';

/** A yuan. The vendor's prices outside of China are not published by itself; third parties name about the same. */
const MICRO_USD_PER_YUAN = 140_000;

/** Yuan for a whole video, by size and seconds. What no rate is about costs what is dearest. */
export function perVideo(prices: Readonly<Record<string, Readonly<Record<number, number>>>>): Tariff {
  const rates = Object.entries(prices).flatMap(([size, bySeconds]) =>
    Object.entries(bySeconds).map(([seconds, yuan]) => ({
      when: { sizes: [size], duration: { min: Number(seconds), max: Number(seconds) } },
      base: yuan,
      per_second: 0,
    })),
  );
  return { ...BASE, base: Math.max(...rates.map(({ base }) => base)), per_second: 0, rates };
}

/** Yuan for a second, by size, and for each reference picture from the sixth on. */
export function perSecond(prices: Readonly<Record<string, number>>, perReference: number): Tariff {
  return {
    ...{ ...BASE, base: 0, per_second: Math.max(...Object.values(prices)) },
    rates: Object.entries(prices).map(([size, yuan]) => ({
      ...{ when: { sizes: [size] }, base: 0, per_second: yuan },
    })),
    per_input: [{ roles: ['reference'], after: 5, amount: perReference }],
  };
}

const BASE = { as_of: AS_OF, unit: 'cny', micro_usd_per_unit: MICRO_USD_PER_YUAN };
